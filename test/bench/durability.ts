import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { LocalStorage } from '../../src/storage/local/local-storage.js';
import type { Durability } from '../../src/storage/local/replace-file.js';
import { inShare } from '../helpers/paths.js';
import { alternately, report } from './measuring.js';

const files = 400;
const atOnce = 4;
const bytes = Buffer.alloc(4096, 'x');

/** Small files put per second into a folder, four at once. */
async function putsPerSecond(folder: string, durability: Durability): Promise<number> {
  const owner = {
    host: hostname(),
    pid: process.pid,
    isAlive: () => true,
    now: Date.now,
    unfinished: new Set<string>(),
  };
  const storage = new LocalStorage(folder, { owner, durability });
  let next = 0;
  const begun = performance.now();
  const writer = async (): Promise<void> => {
    while (next < files) {
      next += 1;
      await storage.write(inShare(`/${durability}-${next}`), Readable.from([bytes]), {
        length: bytes.length,
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, writer));
  const seconds = (performance.now() - begun) / 1000;
  storage.close();
  return files / seconds;
}

/** Measures what `"durability": "full"` costs on the disk that holds the temporary files. */
export async function durability(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'davgate-bench-'));
  try {
    const rates = await alternately(
      5,
      () => putsPerSecond(folder, 'full'),
      () => putsPerSecond(folder, 'relaxed'),
    );
    report('PUTs of 4 KiB a second by durability, 4 at once', ['full', 'relaxed'], rates);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
