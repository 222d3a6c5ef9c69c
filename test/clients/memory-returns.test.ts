import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import { mallocSettings } from '../../server/lifecycle/malloc-settings.js';
import { login, projectFolder, sampleDavgate } from './helpers/davgate.js';
import { run } from './helpers/programs.js';

const mebibyte = 1024 * 1024;
/** What davgate may take once a burst is over, in bytes. */
const least = 150 * mebibyte;
/** How long it may take to give the rest back, in milliseconds. */
const patience = 60_000;

describe('after a burst', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  before(async () => {
    davgate = await sampleDavgate(undefined, mallocSettings());
  });
  after(() => davgate.dispose());

  const residentBytes = async (): Promise<number> => {
    const status = await readFile(`/proc/${davgate.process.pid ?? ''}/status`, 'utf8');
    return 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
  };
  const shell = (script: string): Promise<string> =>
    run('/bin/sh', ['-ec', script, 'sh', davgate.url, login('alice')]);

  it('davgate’s memory goes back', async (t) => {
    const clients = Array.from({ length: 8 }, (_, client) => client);
    // The storage module of /scratch keeps its files in memory.
    await Promise.all(
      clients.map((client) =>
        shell(
          `for path in /scratch/${client} /docs/${client}; do
             head -c ${64 * mebibyte} /dev/zero | curl -sSf -o /dev/null -u "$2" -T - "$1$path"
             curl -sSf -o /dev/null -u "$2" "$1$path"
           done`,
        ),
      ),
    );
    const most = await residentBytes();
    assert.ok(most > 512 * mebibyte, `only ${most} bytes: /scratch has not kept its files in memory`);
    await Promise.all(
      clients.map((client) =>
        shell(
          `curl -sSf -u "$2" -X DELETE "$1/scratch/${client}"
           curl -sSf -Z --parallel-max 32 -o /dev/null -u "$2" "$1/media/visitor-guide.pdf?[1-500]"`,
        ),
      ),
    );
    const begun = Date.now();
    let bytes = await residentBytes();
    while (bytes > least && Date.now() - begun < patience) {
      await sleep(250);
      // As long as there are requests, V8 itself does not go through its heap for this.
      await shell('curl -sSf -o /dev/null -u "$2" "$1/docs/"');
      bytes = await residentBytes();
    }
    const rounded = (size: number): number => Math.round(size / mebibyte);
    t.diagnostic(`${rounded(most)} MiB, then ${rounded(bytes)} MiB after ${Date.now() - begun} ms`);
    assert.ok(bytes <= least, `davgate still takes ${rounded(bytes)} MiB`);
  });
});

it('the documentation and the Procfile start davgate with these settings', async () => {
  const [configuration, procfile] = await Promise.all(
    ['docs/configuration.md', 'Procfile'].map((file) => readFile(join(projectFolder, file), 'utf8')),
  );
  for (const [name, value] of Object.entries(mallocSettings())) {
    assert.ok(configuration?.includes(`\nEnvironment=${name}=${value}\n`), name);
    assert.ok(procfile?.includes(` ${name}=${value} `), name);
  }
});
