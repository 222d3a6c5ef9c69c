import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { DavContext } from '../../src/dav/context.js';
import { handleDav } from '../../src/dav/engine.js';
import { KnownQueries } from '../../src/dav/properties/known-queries.js';
import { openStateDatabase } from '../../src/state/database.js';
import { SqlLockStore } from '../../src/state/sql-lock-store.js';
import { SqlPropertyStore } from '../../src/state/sql-property-store.js';
import { LocalStorage } from '../../src/storage/local/local-storage.js';
import { treeSlots } from '../../src/dav/tree-turns.js';
import { PathTurns } from '../../src/storage/path-turns.js';
import { inShare, onServer } from '../helpers/paths.js';
import { localOptions } from '../storage/local-setting.js';
import { lockLimits, propertyLimits, xmlAllowance, xmlLimits } from './limits.js';

/** Asks for one method on /tree of a folder, as a process of its own whose heap the test keeps small. */
const [folder = '', database = '', method = ''] = process.argv.slice(2);

const storage = new LocalStorage(folder, localOptions);
const base = onServer('/docs');
const state = await openStateDatabase({ kind: 'sqlite', file: database });
const context: DavContext = {
  properties: new SqlPropertyStore(state, propertyLimits),
  locks: new SqlLockStore(state, Date.now),
  xmlLimits,
  queries: new KnownQueries(),
  xmlBytes: xmlAllowance(),
  lockLimits,
  turns: new PathTurns(),
  treeSlots: treeSlots(),
  propertyLimits,
  now: Date.now,
  owner: 'alice',
  principal: 'alice',
  resolve: () => undefined,
  find: () => Promise.resolve(undefined),
  mayRead: () => true,
  depthInfinity: false,
  listing: () => ({ status: 200, headers: [] }),
};

const begun = performance.now();
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
let turns = 0;
const over = new AbortController();
const others = (async () => {
  for (; !over.signal.aborted; turns += 1) await setImmediate();
})();
const { status, body } = await handleDav(
  {
    storage,
    base,
    path: inShare('/tree'),
    method,
    collection: true,
    headers: method === 'PROPFIND' ? { depth: '1' } : {},
    body: Readable.from([]),
    destination: { storage, base, path: inShare('/copy') },
  },
  context,
);
let bytes = 0;
if (body instanceof Readable) {
  const chunks: AsyncIterable<Buffer> = body;
  for await (const chunk of chunks) bytes += chunk.length;
}
const milliseconds = performance.now() - begun;
over.abort();
await others;
delay.disable();
await state.destroy();
process.stdout.write(JSON.stringify({ status, bytes, turns, milliseconds, longest: delay.max / 1e6 }));
