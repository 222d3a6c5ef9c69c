import { Readable } from 'node:stream';
import { Breath } from '../../src/async/breath.js';
import type { HttpResponse } from '../../src/http/message.js';
import { hrefOf, nameOf } from '../../src/http/target.js';
import type { Entry } from '../../src/storage/storage.js';
import { escapeHtml } from './html.js';
import { pageHead, pageHeaders, pageTail, type PageReader } from './layout.js';

/** A folder with at most this many entries is sorted, folders first. A larger one is shown in the order it is read. */
const sortedEntries = 10_000;

/** The number of entries to sort or write without a pause. */
const runLength = 256;

interface ListingReader extends PageReader {
  /** Whose work it is to write it: owners take turns. */
  readonly owner: string;
}

export function directoryListing(
  path: string,
  entries: AsyncIterable<readonly Entry[]>,
  reader: ListingReader,
): HttpResponse {
  return {
    status: 200,
    headers: pageHeaders,
    body: Readable.from(page(path, entries, reader), { objectMode: false }),
  };
}

async function* page(
  path: string,
  entries: AsyncIterable<readonly Entry[]>,
  reader: ListingReader,
): AsyncGenerator<Buffer> {
  yield Buffer.from(
    pageHead(nameOf(path), reader) +
      `<h1>${breadcrumbs(path)}</h1>\n<table>\n<thead><tr><th>Name</th><th class="number">Size</th><th>Changed</th></tr></thead>\n<tbody>\n`,
  );
  const breath = new Breath(reader.owner);
  let gathered: Entry[] = [];
  let sorting = true;
  for await (const batch of entries) {
    await breath.pause();
    gathered.push(...batch);
    if (sorting && gathered.length <= sortedEntries) continue;
    sorting = false;
    yield* rows(path, gathered, breath);
    gathered = [];
  }
  const rest = sorting ? await inOrder(gathered, breath) : gathered;
  yield* rows(path, rest, breath);
  yield Buffer.from(`</tbody>\n</table>\n${sorting && rest.length === 0 ? empty : ''}${pageTail}`);
}

const empty = '<p class="note">This folder is empty.</p>\n';

const collator = new Intl.Collator('en', { numeric: true });

/** Sorts runs and then merges them, so that other requests get their turn in between. */
async function inOrder(entries: readonly Entry[], breath: Breath): Promise<readonly Entry[]> {
  let runs: (readonly Entry[])[] = [];
  for (let at = 0; at < entries.length; at += runLength) {
    await breath.pause();
    runs.push(entries.slice(at, at + runLength).sort(compare));
  }
  while (runs.length > 1) {
    const merged: (readonly Entry[])[] = [];
    for (let at = 0; at < runs.length; at += 2) {
      merged.push(await mergedRuns(runs[at] ?? [], runs[at + 1] ?? [], breath));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

async function mergedRuns(
  first: readonly Entry[],
  second: readonly Entry[],
  breath: Breath,
): Promise<Entry[]> {
  const merged: Entry[] = [];
  let [one, other] = [0, 0];
  for (;;) {
    const [a, b] = [first[one], second[other]];
    if (!a) return merged.concat(second.slice(other));
    if (!b) return merged.concat(first.slice(one));
    if (compare(a, b) <= 0) {
      merged.push(a);
      one += 1;
    } else {
      merged.push(b);
      other += 1;
    }
    if (merged.length % runLength === 0) await breath.pause();
  }
}

function compare(a: Entry, b: Entry): number {
  if (a.stat.kind !== b.stat.kind) return a.stat.kind === 'collection' ? -1 : 1;
  return collator.compare(a.name, b.name);
}

/** Links each part of the path to its folder. */
function breadcrumbs(path: string): string {
  const names = path.split('/').slice(1);
  return names
    .map((name, index) => {
      const href = hrefOf(`/${names.slice(0, index + 1).join('/')}`, true);
      return index === names.length - 1 ? escapeHtml(name) : `<a href="${href}">${escapeHtml(name)}</a>`;
    })
    .join(' / ');
}

async function* rows(path: string, entries: readonly Entry[], breath: Breath): AsyncGenerator<Buffer> {
  const base = hrefOf(path, true);
  for (let at = 0; at < entries.length; at += runLength) {
    await breath.pause();
    const run = entries.slice(at, at + runLength);
    yield Buffer.from(run.map((entry) => row(base, entry)).join(''));
  }
}

function row(base: string, { name, stat }: Entry): string {
  const collection = stat.kind === 'collection';
  const changed = new Date(stat.modified).toISOString();
  return (
    `<tr><td><a href="${base}${hrefOf(name, collection)}">${escapeHtml(name)}${collection ? '/' : ''}</a></td>` +
    `<td class="number">${stat.kind === 'file' ? inUnits(stat.size) : ''}</td>` +
    `<td><time datetime="${changed}">${changed.slice(0, 16).replace('T', ' ')}</time></td></tr>\n`
  );
}

const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** A size in human-readable units, in powers of 1,000: `1.5 MB`. */
export function inUnits(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 9.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${bytes === 1 ? 'byte' : (units[unit] ?? '')}`;
}
