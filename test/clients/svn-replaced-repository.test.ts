import assert from 'node:assert/strict';
import { rename, stat } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sampleDavgate } from './helpers/davgate.js';
import { run } from './helpers/programs.js';

const question =
  '<?xml version="1.0" encoding="utf-8"?><D:options xmlns:D="DAV:"><D:activity-collection-set/></D:options>';

describe('a repository that is replaced while davgate runs', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  const client = new Agent({ keepAlive: true, maxSockets: 1 });
  before(async () => {
    davgate = await sampleDavgate();
  });
  after(async () => {
    client.destroy();
    await davgate.dispose();
  });

  /** The UUID that an OPTIONS names, over the agent's connection or one of its own. */
  const uuid = (agent: Agent | false): Promise<string> =>
    new Promise((resolve, reject) => {
      const asked = request(`${davgate.url}/svn/sample`, {
        method: 'OPTIONS',
        auth: 'alice:alice-demo',
        agent,
        headers: { 'Content-Type': 'text/xml', 'Content-Length': question.length },
      });
      asked.once('error', reject);
      asked.once('response', (response) => {
        text(response).then(() => {
          resolve(String(response.headers['svn-repository-uuid']));
        }, reject);
      });
      asked.end(question);
    });

  it('is the new one for the next client', async () => {
    const repository = join(davgate.folder, 'svn', 'sample');
    const old = await uuid(client);
    await rename(repository, `${repository}.old`);
    await run('svnadmin', ['create', repository]);
    const { uid, gid } = await stat(`${repository}.old/db`);
    await run('chown', ['-R', `${uid}:${gid}`, repository]);
    const fresh = (await run('svnlook', ['uuid', repository])).trim();
    assert.notEqual(fresh, old);
    assert.equal(await uuid(false), fresh);
  });
});
