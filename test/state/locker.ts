import { openStateDatabase, type StateLocation } from '../../src/state/database.js';
import { SqlLockStore } from '../../src/state/sql-lock-store.js';
import { onServer } from '../helpers/paths.js';

/** A process that opens the state database and, at a word, asks for one lock many times at once. */
interface Errand {
  readonly location: StateLocation;
  readonly lockers: number;
}

function isErrand(value: unknown): value is Errand {
  return typeof value === 'object' && value !== null && 'lockers' in value;
}

process.once('message', (errand: unknown) => {
  if (isErrand(errand)) void open(errand);
});

async function open({ location, lockers }: Errand): Promise<void> {
  const database = await openStateDatabase(location);
  const store = new SqlLockStore(database, Date.now);
  process.once('message', () => {
    void (async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: lockers }, (_, index) =>
          store.acquire({
            root: onServer('/docs/one'),
            depth: '0',
            scope: 'exclusive',
            principal: `user${index}`,
            owner: '',
            timeoutSeconds: 600,
          }),
        ),
      );
      const answers = outcomes.map((outcome) =>
        outcome.status === 'rejected' ? 'failed' : 'granted' in outcome.value ? 'granted' : 'refused',
      );
      await database.destroy();
      process.send?.(answers);
      process.disconnect();
    })();
  });
  process.send?.('ready');
}
