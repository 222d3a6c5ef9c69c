import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleDavgate } from './helpers/davgate.js';
import { outcomeOf } from './helpers/programs.js';

describe('litmus', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let folder: string;
  before(async () => {
    davgate = await sampleDavgate();
    folder = await mkdtemp(join(tmpdir(), 'davgate-litmus-'));
  });
  after(async () => {
    await davgate.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  for (const [share, storage] of [
    ['docs', 'a folder'],
    ['scratch', 'a webdav-server VirtualFileSystem'],
  ] as const) {
    for (const suite of ['basic', 'copymove', 'props', 'locks', 'http']) {
      it(`passes all of ${suite} on ${storage}`, async () => {
        const { code, out } = await outcomeOf('litmus', [`${davgate.url}/${share}/`, 'alice', 'alice-demo'], {
          env: { TESTS: suite },
          cwd: folder,
        });
        assert.equal(code, 0, out);
        assert.match(out, /summary for `\w+': of \d+ tests run: \d+ passed, 0 failed/);
        assert.doesNotMatch(out, /WARNING/);
      });
    }
  }
});
