import { readdirSync } from 'node:fs';
import { Readable } from 'node:stream';
import { isFailure } from '../../src/failure.js';
import { LocalStorage } from '../../src/storage/local/local-storage.js';
import { namesIn, textAt } from '../contracts/bodies.js';
import { inShare } from '../helpers/paths.js';
import { localOptions } from './local-setting.js';

/** Writes more into a folder than its file system takes, and tells what came of it. */
const [folder = ''] = process.argv.slice(2);
const storage = new LocalStorage(folder, { ...localOptions, durability: 'full' });
const megabytes = (count: number): Readable =>
  Readable.from(Array.from({ length: count }, () => Buffer.alloc(1024 * 1024, 'x')));

async function outcomeOf(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
    return 'done';
  } catch (error) {
    return isFailure(error) ? `${error.kind} ${error.condition ?? ''}`.trim() : String(error);
  }
}

await storage.write(inShare('/file'), Readable.from([Buffer.from('old')]));
const outcomes = [
  await outcomeOf(() => storage.write(inShare('/file'), megabytes(8))),
  await outcomeOf(() => storage.write(inShare('/new'), megabytes(8), { length: 8 * 1024 * 1024 })),
];
// What fits once does not fit twice where space is what is short.
await storage.write(inShare('/half'), Readable.from([Buffer.alloc(700_000, 'x')]));
const copied = await outcomeOf(() => storage.copyFile(inShare('/half'), inShare('/copy')));
if (copied === 'done') await storage.remove(inShare('/copy'));
await storage.remove(inShare('/half'));
const after = await outcomeOf(() => storage.write(inShare('/later'), Readable.from([Buffer.alloc(700_000)])));
const names = await namesIn(storage, '/');
const text = await textAt(storage, '/file');
storage.close();
process.stdout.write(
  JSON.stringify({ outcomes, copied, after, names, text, left: readdirSync(folder).sort() }),
);
