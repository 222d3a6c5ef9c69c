import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { DavContext } from '../../src/dav/context.js';
import { handleDav } from '../../src/dav/engine.js';
import { isFailure, statusOf } from '../../src/failure.js';
import { KnownQueries } from '../../src/dav/properties/known-queries.js';
import { openStateDatabase } from '../../src/state/database.js';
import { SqlLockStore } from '../../src/state/sql-lock-store.js';
import { SqlPropertyStore } from '../../src/state/sql-property-store.js';
import { LocalStorage } from '../../src/storage/local/local-storage.js';
import { treeSlots } from '../../src/dav/tree-turns.js';
import { PathTurns } from '../../src/storage/path-turns.js';
import { inShare, onServer } from '../helpers/paths.js';
import { lockLimits, propertyLimits, xmlAllowance, xmlLimits } from '../dav/limits.js';
import { worstInputs, type WorstInput } from '../dav/worst-inputs.js';
import { localOptions } from '../storage/local-setting.js';

/** Bytes of the smallest; each next one is four times as large, up to the limit of its kind. */
const smallest = 16 * 1024;

/** Bytes that arrive at once, as from a socket. */
const chunk = 64 * 1024;

/**
 * Bodies and header fields that cost most, by size: milliseconds until the answer has been read, and the longest that
 * the event loop was kept from others meanwhile. Linear work grows fourfold from one column to the next.
 */
export async function worstBodies(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'davgate-bench-'));
  const state = await openStateDatabase({ kind: 'sqlite', file: join(folder, 'state.sqlite3') });
  try {
    mkdirSync(join(folder, 'docs/tree'), { recursive: true });
    for (let index = 0; index < 100; index += 1) writeFileSync(join(folder, `docs/tree/file${index}`), 'x');
    const storage = new LocalStorage(join(folder, 'docs'), localOptions);
    const context: DavContext = {
      properties: new SqlPropertyStore(state, propertyLimits),
      locks: new SqlLockStore(state, Date.now),
      xmlLimits,
      queries: new KnownQueries(),
      xmlBytes: xmlAllowance(),
      lockLimits,
      propertyLimits,
      now: Date.now,
      owner: 'alice',
      principal: 'alice',
      resolve: () => undefined,
      find: () => Promise.resolve(undefined),
      turns: new PathTurns(),
      treeSlots: treeSlots(),
      mayRead: () => true,
      depthInfinity: false,
      listing: () => ({ status: 200, headers: [] }),
    };
    // The first of all compiles what the others run.
    for (const input of worstInputs) await ask(storage, context, input, smallest);
    for (const input of worstInputs) {
      const figures: string[] = [];
      for (let size = smallest; size <= input.limit; size *= 4) {
        const { status, milliseconds, longest } = await ask(storage, context, input, size);
        figures.push(
          `${size / 1024} KiB ${status} ${milliseconds.toFixed(1)} ms (${longest.toFixed(0)} ms at a time)`,
        );
      }
      process.stdout.write(`${input.what}: ${figures.join(', ')}\n`);
    }
  } finally {
    await state.destroy();
    rmSync(folder, { recursive: true });
  }
}

let made = 0;

/** Where nothing that an earlier request has left is in the way. */
function pathOf(method: string): string {
  return method === 'MKCOL' || method === 'PUT' || method === 'LOCK' ? `/new${(made += 1)}` : '/tree';
}

async function ask(
  storage: LocalStorage,
  context: DavContext,
  { method, make }: WorstInput,
  size: number,
): Promise<{ status: number; milliseconds: number; longest: number }> {
  const { headers, body } = make(size);
  const bytes = Buffer.from(body);
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, index) =>
    bytes.subarray(index * chunk, (index + 1) * chunk),
  );
  const path = pathOf(method);
  const base = onServer('/docs');
  const delay = monitorEventLoopDelay({ resolution: 1 });
  // Whatever came before is over, and the histogram has begun.
  await setTimeout(20);
  delay.enable();
  await setTimeout(5);
  delay.reset();
  const begun = performance.now();
  let status: number;
  try {
    const answer = await handleDav(
      {
        storage,
        base,
        path: inShare(path),
        method,
        collection: false,
        headers,
        body: Readable.from(chunks, { objectMode: false }),
        destination: { storage, base, path: inShare('/copy') },
      },
      context,
    );
    if (answer.body instanceof Readable) await answer.body.forEach(() => undefined);
    ({ status } = answer);
  } catch (error) {
    if (!isFailure(error)) throw error;
    status = statusOf(error.kind);
  }
  const milliseconds = performance.now() - begun;
  await setTimeout(3);
  delay.disable();
  return { status, milliseconds, longest: delay.max / 1e6 };
}
