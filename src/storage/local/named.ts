import type { Held } from './held.js';

/** How a system call reaches a name in a folder, of which the bytes need not be UTF-8. */
export function named(folder: Held, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${folder.path}/`), name]);
}
