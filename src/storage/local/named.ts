import type { Held } from './held.js';

/** The path with which a system call reaches a name in a folder; the bytes of the name need not be UTF-8. */
export function named(folder: Held, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${folder.path}/`), name]);
}
