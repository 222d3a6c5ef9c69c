import { writeFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSample } from '../../clients/helpers/davgate.js';
import type { PeerName } from '../rows.js';

/** What all servers of a run serve: the same files, of which each server writes into a folder of its own. */
export interface Site {
  /** davgate's sample: Django's database, repositories, state. */
  readonly sample: string;
  readonly repositories: string;
  /** For configuration and state of the other servers. */
  readonly work: string;
  /** Served at the root: what is measured is below its `files`. */
  readonly documents: string;
  /** The root of davgate's share that does not sync. */
  readonly relaxed: string;
  /** The root of davgate's share that asks nobody for a password. */
  readonly public: string;
  /** Makes `files/list-N` with N files, once. */
  needListing(entries: number): Promise<void>;
  /** Makes `files/large` with 512 MB, once. */
  needLarge(): Promise<void>;
  dispose(): Promise<void>;
}

export const largeBytes = 512 * 1_000_000;

/** A kibibyte of text. */
export const smallText = 'What a small file holds.\n'.repeat(41).slice(0, 1024);

/** The folder below the root that a server writes into. */
export const ownFolder = (name: PeerName): string => `w-${name}`;

export async function makeSite(writers: readonly PeerName[]): Promise<Site> {
  const sample = await makeSample();
  const work = await mkdtemp(join(tmpdir(), 'davgate-bench-'));
  const documents = join(work, 'documents');
  const files = join(documents, 'files');
  const relaxed = join(work, 'relaxed');
  const open = join(work, 'public');
  for (const folder of [documents, files, relaxed, open]) await mkdir(folder);
  for (const folder of [files, open]) await writeFile(join(folder, 'small.txt'), smallText);
  for (const folder of [files, relaxed]) {
    for (const name of writers) {
      await mkdir(join(folder, ownFolder(name)));
      await chmod(join(folder, ownFolder(name)), 0o777);
    }
  }
  for (const folder of [sample, work, documents, files]) await chmod(folder, 0o755);
  await chmod(files, 0o777);
  const made = new Map<string, Promise<void>>();
  const once = (name: string, make: () => Promise<void>): Promise<void> => {
    const making = made.get(name) ?? make();
    made.set(name, making);
    return making;
  };
  return {
    sample,
    repositories: join(sample, 'svn'),
    work,
    documents,
    relaxed,
    public: open,
    needListing: (entries) =>
      once(`list-${entries}`, () => fillFolder(join(files, `list-${entries}`), entries)),
    needLarge: () => once('large', () => writeLarge(join(files, 'large'))),
    dispose: async () => {
      for (const folder of [sample, work]) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Makes a folder of small files that every server's user may read, move and delete; synchronously, since 100,000 are many. */
export async function fillFolder(folder: string, entries: number): Promise<void> {
  await mkdir(folder);
  await chmod(folder, 0o777);
  for (let number = 0; number < entries; number += 1)
    writeFileSync(join(folder, `report ${String(number).padStart(6, '0')}.txt`), `${number}\n`);
}

async function writeLarge(file: string): Promise<void> {
  const piece = Buffer.alloc(1_000_000, 'a large body, ');
  const handle = await open(file, 'w');
  for (let written = 0; written < largeBytes; written += piece.length) await handle.write(piece);
  await handle.close();
}
