import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { login, sampleDavgate } from './helpers/davgate.js';

/** More than a signed number of 32 bits can count. */
const size = 2 ** 31 + 50 * 1024 * 1024;
/** How much davgate may grow, in bytes. */
const growth = 150 * 1024 * 1024;

describe('a file of more than 2 GB', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  before(async () => {
    davgate = await sampleDavgate((declaration) => {
      assert.ok(Array.isArray(declaration.shares));
      const shares: unknown[] = declaration.shares;
      declaration.shares = shares.map((share) =>
        typeof share === 'object' && share !== null && 'repositories' in share
          ? { ...share, autoversioning: true }
          : share,
      );
    });
  });
  after(() => davgate.dispose());

  /** A line of the server's /proc/PID/status, in bytes. */
  const memory = async (field: 'VmRSS' | 'VmHWM'): Promise<number> => {
    const status = await readFile(`/proc/${davgate.process.pid ?? ''}/status`, 'utf8');
    return 1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]);
  };
  const shell = async (script: string, path: string): Promise<string> => {
    const child = spawn('/bin/sh', ['-c', script, 'sh', davgate.url + path, login('alice')]);
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()));
    await once(child, 'close');
    return out.trim();
  };

  for (const [where, path] of [
    ['a repository', '/svn/sample/large.bin'],
    ['a WebDAV share', '/docs/large.bin'],
  ] as const) {
    it(`goes into ${where} and out, and davgate’s memory stays flat`, async (t) => {
      const atStart = await memory('VmRSS');
      const put = `head -c ${size} /dev/zero | curl -sS -u "$2" -o /dev/null -w '%{http_code}' -T - "$1"`;
      assert.equal(await shell(put, path), '201');
      assert.equal(await shell('curl -sSf -u "$2" "$1" | wc -c', path), String(size));
      const grown = (await memory('VmHWM')) - atStart;
      t.diagnostic(`davgate grew by ${Math.round(grown / 1024 / 1024)} MiB at most`);
      assert.ok(grown < growth, `davgate grew by ${grown} bytes`);
    });
  }

  it('is read from the middle', async () => {
    const asked = `curl -sSf -u "$2" -r ${2 ** 31 - 3}-${2 ** 31 + 3} "$1" | wc -c`;
    assert.equal(await shell(asked, '/docs/large.bin'), '7');
  });
});
