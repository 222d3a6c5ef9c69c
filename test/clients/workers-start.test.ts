import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { declare, makeSample, projectFolder, sampleDavgate } from './helpers/davgate.js';
import { outcomeOf } from './helpers/programs.js';
import { withTwoWorkers } from './helpers/workers.js';

describe('workers that cannot start', () => {
  const start = async (env: NodeJS.ProcessEnv, folder: string) =>
    outcomeOf(process.execPath, [join(projectFolder, 'dist/server/main.js'), join(folder, 'shares.json')], {
      env,
      patience: 60_000,
    });

  it('end davgate with the reason: a port that is taken, in the same words as without them', async () => {
    const [davgate, folder] = [await sampleDavgate(), await makeSample()];
    try {
      await declare(folder, withTwoWorkers);
      const { code, error } = await start({ PORT: String(davgate.port) }, folder);
      assert.equal(code, 1);
      assert.equal(
        error,
        `davgate: "listen": port ${davgate.port} of 127.0.0.1 is in use by another process: ` +
          `\`ss -ltnp 'sport = :${davgate.port}'\` names it; stop it, or set PORT or "listen.port" to another port.\n`,
      );
    } finally {
      await davgate.dispose();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('end davgate with the reason: all die at once', async () => {
    const folder = await makeSample();
    try {
      await declare(folder, withTwoWorkers);
      const deadly = join(folder, 'deadly.cjs');
      await writeFile(
        deadly,
        `if (process.argv[1]?.endsWith('worker-program.js')) process.kill(process.pid, 'SIGKILL');`,
      );
      const { code, error } = await start({ PORT: '0', NODE_OPTIONS: `--require ${deadly}` }, folder);
      assert.equal(code, 1);
      assert.match(
        error,
        /^davgate: A worker ended before it could answer requests: it was ended by SIGKILL\./,
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
