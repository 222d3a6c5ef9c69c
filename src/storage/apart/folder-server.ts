import { realpathSync, statfsSync } from 'node:fs';
import { Allowance } from '../../async/allowance.js';
import { Failure } from '../../failure.js';
import { LocalStorage } from '../local/local-storage.js';
import type { StagingOwner } from '../local/staging.js';
import type { SharePath } from '../../http/target.js';
import type { Aside, OpenFile, Unlisted } from '../storage.js';
import { AskingWrites, type Caller } from './asking-writes.js';
import { Handles } from './handles.js';
import type { Batch, Call, OperationName, Operations, ServedFolder, ToFolder } from './messages.js';
import { plainEntry, plainFileStat, plainStat } from './plain-stat.js';
import { sentFailure } from './sent-failure.js';

type Handlers = {
  readonly [N in OperationName]: (
    of: Operations[N]['of'],
    id: number,
  ) => Operations[N]['gives'] | Promise<Operations[N]['gives']>;
};

/** What the folder's process knows of itself. */
export type Self = Pick<StagingOwner, 'pid' | 'isAlive'>;

/** How often the process tells that the disk answers, in parts of the time that a step may take. */
const tellingsInLimit = 4;

/** The other end of ApartStorage: a folder's storage in a process that may hang with its disk. */
export class FolderServer {
  readonly #caller: Caller;
  readonly #self: Self;
  readonly #writes: AskingWrites;
  #handlers: Handlers | undefined;
  #underWay = 0;

  constructor(caller: Caller, self: Self) {
    this.#caller = caller;
    this.#self = self;
    this.#writes = new AskingWrites(caller);
    caller.send({ kind: 'running' });
  }

  receive(message: ToFolder): void {
    switch (message.kind) {
      case 'serve':
        this.#serve(message.served);
        return;
      case 'answer':
        this.#writes.answered(message.id, message.answer);
        return;
      case 'call':
        void this.#run(message);
    }
  }

  #serve(served: ServedFolder): void {
    try {
      const storage = openedStorage(served, this.#self);
      this.#handlers = handlersOf(storage, this.#writes);
    } catch (error) {
      this.#caller.send({ kind: 'closed', failure: sentFailure(error) });
      return;
    }
    this.#caller.send({ kind: 'serving' });
    setInterval(() => {
      if (this.#underWay === 0) return;
      // It hangs here where the disk hangs; a network file system asks its server.
      lookAt(served.folder);
      this.#caller.send({ kind: 'alive' });
    }, served.limit / tellingsInLimit).unref();
  }

  async #run<N extends OperationName>({ id, name, of }: Call<N>): Promise<void> {
    this.#underWay += 1;
    try {
      if (!this.#handlers) throw new Failure('unavailable', 'The folder of this share is not open.');
      const handler: Handlers[N] = this.#handlers[name];
      this.#caller.send({ kind: 'reply', id, name, gives: await handler(of, id) });
    } catch (error) {
      this.#caller.send({ kind: 'failed', id, failure: sentFailure(error) });
    } finally {
      this.#underWay -= 1;
    }
  }
}

/**
 * What is gathered while the disk hangs is asked of the client, and until the client sends more the hang is not seen: so no
 * more is gathered than must be.
 */
const none = new Allowance({ inAll: 0, perOwner: 0 });

function openedStorage({ folder, links, durability, host }: ServedFolder, self: Self): LocalStorage {
  const owner = { ...self, host, now: Date.now, unfinished: new Set<string>() };
  const storage = new LocalStorage(folder, { owner, durability, links, memory: none });
  // Whether it contains secrets was judged by its path.
  if (realpathSync.native(folder) === folder) return storage;
  throw new Failure('unavailable', 'The folder of this share is reached by a symbolic link.', {
    cause: new Error(
      `On a file system that may hang, name the folder itself: ${realpathSync.native(folder)}.`,
    ),
  });
}

function lookAt(folder: string): void {
  try {
    statfsSync(folder);
  } catch {
    // An error is an answer.
  }
}

function handlersOf(storage: LocalStorage, writes: AskingWrites): Handlers {
  const lists = new Handles<BatchedList>();
  const files = new Handles<OpenFile>();
  const asides = new Handles<Aside>();
  return {
    stat: async (path) => {
      const stat = await storage.stat(path);
      return stat && plainStat(stat);
    },
    list: async ({ list, path }) => {
      const batches = lists.drop(list) ?? new BatchedList(storage, path);
      const batch = await batches.next();
      if (batch.entries) lists.keep(list, batches);
      return batch;
    },
    endList: async (list) => {
      await lists.drop(list)?.end();
      return undefined;
    },
    open: async ({ file, path }) => {
      const opened = await storage.open(path);
      files.keep(file, opened);
      return plainFileStat(opened.stat);
    },
    read: async ({ file, range }) => {
      const bytes = files.get(file).read(range);
      return Buffer.isBuffer(bytes) ? bytes : wholeOf(bytes);
    },
    closeFile: (file) => {
      files.drop(file)?.close();
      return undefined;
    },
    write: async (parameters, id) => {
      const { stat, created } = await writes.write(storage, parameters, id);
      return { stat: plainFileStat(stat), created };
    },
    makeCollection: async (path) => {
      await storage.makeCollection(path);
      return undefined;
    },
    copyFile: async ({ from, to }) => {
      await storage.copyFile(from, to);
      return undefined;
    },
    rename: ({ from, to }) => storage.rename(from, to),
    setAside: async ({ aside: handle, path, arrival }) => {
      const aside = await storage.setAside(path, arrival);
      if (aside) asides.keep(handle, aside);
      return aside !== undefined;
    },
    putBack: async (aside) => {
      await asides.take(aside).putBack();
      return undefined;
    },
    discard: async (aside) => {
      await asides.take(aside).discard();
      return undefined;
    },
    realNames: (path) => storage.realNames(path),
    space: () => storage.space(),
    setModified: ({ path, modified }) => storage.setModified(path, modified),
    remove: async ({ path, options }) => {
      await storage.remove(path, options);
      return undefined;
    },
    close: () => {
      storage.close();
      return undefined;
    },
  };
}

async function wholeOf(bytes: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A list that is read a batch at a time. */
class BatchedList {
  readonly #batches: AsyncIterator<NonNullable<Batch['entries']>, unknown>;
  #unlisted: Record<Unlisted, number> = { unnameable: 0, hidden: 0 };

  constructor(storage: LocalStorage, path: SharePath) {
    const list = storage.list(path, (why) => {
      this.#unlisted[why] += 1;
    });
    this.#batches = list[Symbol.asyncIterator]();
  }

  async next(): Promise<Batch> {
    const next = await this.#batches.next();
    const unlisted = this.#unlisted;
    this.#unlisted = { unnameable: 0, hidden: 0 };
    return { entries: next.done === true ? undefined : next.value.map(plainEntry), ...unlisted };
  }

  async end(): Promise<void> {
    await this.#batches.return?.();
  }
}
