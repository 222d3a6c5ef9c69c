import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { declare, login, makeSample, startDavgate, type TestDavgate } from './helpers/davgate.js';
import { curl } from './helpers/programs.js';

describe('two davgates on one state database', () => {
  let folder: string;
  const davgates: TestDavgate[] = [];
  const start = async (): Promise<TestDavgate> => {
    const davgate = await startDavgate(folder);
    davgates.push(davgate);
    return davgate;
  };
  before(async () => {
    folder = await makeSample();
    await declare(folder, (declaration) => {
      declaration.throttle = { user: { failures: 4, seconds: 3600 }, counter: 'state' };
    });
  });
  after(async () => {
    await Promise.all(davgates.map((davgate) => davgate.end()));
    await rm(folder, { recursive: true, force: true });
  });

  it('count failed logins together, and one that comes later knows them too', async () => {
    const [one, other] = [await start(), await start()];
    const ask = async ({ url }: TestDavgate, user: string): Promise<number> =>
      (await curl(`${url}/docs/`, ['--user', user])).status;
    for (const davgate of [one, other, one, other]) assert.equal(await ask(davgate, 'alice:guess'), 401);
    assert.equal(await ask(one, 'alice:guess'), 429);
    assert.equal(await ask(other, login('alice')), 429);
    assert.equal(await ask(other, login('bob')), 200);
    assert.equal(await ask(await start(), login('alice')), 429);
  });
});
