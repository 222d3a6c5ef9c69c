import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request, type ClientRequest } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { declare, login, makeSample, startDavgate, type TestDavgate } from './helpers/davgate.js';
import { answering, byStatus, withFolder, withTwoWorkers } from './helpers/workers.js';

const racers = 6;
const rounds = 250;

describe('PUTs to two workers whose bodies end at the same moment', () => {
  let folder: string;
  let davgate: TestDavgate;
  const agent = new Agent({ keepAlive: true, maxSockets: racers });
  before(async () => {
    folder = await makeSample();
    const declared: Record<string, unknown> = {};
    await declare(folder, (declaration) => {
      withTwoWorkers(declaration);
      Object.assign(declared, declaration);
    });
    await withFolder(declared, folder, 'fast', { durability: 'relaxed' });
    await writeFile(join(folder, 'shares.json'), JSON.stringify(declared));
    davgate = await startDavgate(folder);
  });
  after(async () => {
    agent.destroy();
    await davgate.end();
    await rm(folder, { recursive: true, force: true });
  });

  /** Begins a PUT and resolves when davgate has accepted its head. */
  const begin = (path: string, headers: Record<string, string>) =>
    new Promise<{ outgoing: ClientRequest; status: Promise<number> }>((resolve, reject) => {
      const outgoing = request(`${davgate.url}${path}`, {
        method: 'PUT',
        agent,
        auth: login('alice'),
        headers: { ...headers, Expect: '100-continue', 'Content-Length': '1' },
      });
      const status = new Promise<number>((answered) => {
        outgoing.once('response', (answer) => {
          answer.resume().once('end', () => {
            answered(answer.statusCode ?? 0);
          });
        });
      });
      outgoing.once('error', reject);
      outgoing.once('continue', () => {
        resolve({ outgoing, status });
      });
      outgoing.flushHeaders();
    });

  const race = async (path: string, headers: Record<string, string>): Promise<number[]> => {
    const begun = await Promise.all(Array.from({ length: racers }, () => begin(path, headers)));
    for (const [index, { outgoing }] of begun.entries()) outgoing.end(String(index));
    return Promise.all(begun.map(({ status }) => status));
  };

  it('and that all want a free name: exactly one gets it', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const path = `/fast/${round}`;
      const statuses = await race(path, { 'If-None-Match': '*' });
      assert.deepEqual(byStatus(statuses), { 201: 1, 412: racers - 1 }, `round ${round}`);
      assert.equal(await readFile(join(folder, path), 'utf8'), String(statuses.indexOf(201)));
    }
    assert.equal(answering(davgate.log, '/fast/').size, 2);
  });

  it('and that all have seen the same file: exactly one replaces it', async () => {
    const tag = async (): Promise<string> => {
      const answer = await fetch(`${davgate.url}/fast/file`, {
        headers: { Authorization: `Basic ${Buffer.from(login('alice')).toString('base64')}` },
      });
      await answer.arrayBuffer();
      return answer.headers.get('etag') ?? '';
    };
    await writeFile(join(folder, 'fast', 'file'), '');
    for (let round = 0; round < rounds; round += 1) {
      const statuses = await race('/fast/file', { 'If-Match': await tag() });
      assert.deepEqual(byStatus(statuses), { 204: 1, 412: racers - 1 }, `round ${round}`);
      assert.equal(await readFile(join(folder, 'fast', 'file'), 'utf8'), String(statuses.indexOf(204)));
    }
  });
});
