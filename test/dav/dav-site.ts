import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { v2 } from 'webdav-server';
import type { DavReadContext, DavRequest, Place } from '../../src/dav/context.js';
import { handleDav } from '../../src/dav/engine.js';
import { treeSlots } from '../../src/dav/tree-turns.js';
import type { LockStore } from '../../src/dav/locks/lock-store.js';
import type { PropertyStore } from '../../src/dav/properties/property-store.js';
import { isFailure, statusOf, type Failure, type FailureKind } from '../../src/failure.js';
import type { HttpResponse, RequestHeaders } from '../../src/http/message.js';
import { serverPathOf, within, type ServerPath } from '../../src/http/target.js';
import { KnownQueries } from '../../src/dav/properties/known-queries.js';
import { openStateDatabase } from '../../src/state/database.js';
import { SqlLockStore } from '../../src/state/sql-lock-store.js';
import { SqlPropertyStore } from '../../src/state/sql-property-store.js';
import { LocalStorage } from '../../src/storage/local/local-storage.js';
import { ModuleStorage } from '../../src/storage/module/module-storage.js';
import { PathTurns } from '../../src/storage/path-turns.js';
import type { DavStorage } from '../../src/storage/storage.js';
import { bytesOf, textAt } from '../contracts/bodies.js';
import { onServer } from '../helpers/paths.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';
import { localOptions } from '../storage/local-setting.js';
import { Refusing } from './refusing.js';
import { readMultistatus, type MemberAnswer, type Node } from './xml-tree.js';
import { lockLimits, propertyLimits, xmlAllowance, xmlLimits } from './limits.js';

/** An answer with its body read, whether the engine returned it or threw a failure. */
export interface Answer {
  readonly status: number;
  readonly kind: FailureKind | undefined;
  readonly condition: string | undefined;
  /** What the condition names. */
  readonly hrefs: readonly string[];
  readonly text: string;
  header(name: string): string | undefined;
  /** The body as a multistatus; the test fails where it is none. */
  members(): MemberAnswer[];
}

export interface Asking {
  readonly headers?: RequestHeaders;
  readonly body?: string | Buffer | Readable;
  /** A path on the server. */
  readonly to?: string;
  /** Says that the client has gone. */
  readonly signal?: AbortSignal;
  /** What the user may know of; everything unless given. */
  readonly mayRead?: (path: string) => boolean;
  /** The user; alice unless given; undefined for somebody without a name. */
  readonly as?: string | undefined;
  /** Whom it is counted to; the user unless given. */
  readonly owner?: string;
  /** Whether PROPFIND with Depth infinity is answered. */
  readonly depthInfinity?: boolean;
}

/** Two shares, `/docs` in a folder and `/attic` in a webdav-server file system, and the engine over them. */
export class DavSite {
  readonly folder: string;
  readonly docs: Refusing;
  readonly attic: Refusing;
  readonly properties: PropertyStore;
  readonly locks: LockStore;
  readonly clock: { now: number };
  lockLimits = lockLimits;
  readonly turns = new PathTurns();
  treeSlots = treeSlots();
  propertyLimits = propertyLimits;
  xmlBytes = xmlAllowance();

  constructor(
    folder: string,
    docs: DavStorage,
    attic: DavStorage,
    state: Pick<DavSite, 'properties' | 'locks' | 'clock'>,
  ) {
    this.folder = folder;
    this.docs = new Refusing(docs);
    this.attic = new Refusing(attic);
    this.properties = state.properties;
    this.locks = state.locks;
    this.clock = state.clock;
  }

  /** Asks the engine as a client would, without HTTP. The body of the answer is left unread. */
  async respond(method: string, target: string, asking: Asking = {}): Promise<HttpResponse> {
    const { headers = {}, body = '', to, signal, mayRead = () => true, depthInfinity = false } = asking;
    const as = 'as' in asking ? asking.as : 'alice';
    const context: DavReadContext = {
      properties: this.properties,
      locks: this.locks,
      xmlLimits,
      queries: new KnownQueries(),
      xmlBytes: this.xmlBytes,
      lockLimits: this.lockLimits,
      turns: this.turns,
      treeSlots: this.treeSlots,
      propertyLimits: this.propertyLimits,
      now: () => this.clock.now,
      owner: asking.owner ?? as ?? 'nobody',
      principal: as,
      resolve: (path) => {
        const place = placeIn(this, path);
        return place && mayRead(place.path) ? place : undefined;
      },
      find: (path) => {
        const place = placeIn(this, path);
        return Promise.resolve(place && mayRead(place.path) ? place : undefined);
      },
      mayRead,
      depthInfinity,
      listing: (path, entries) => ({
        status: 200,
        headers: [['Content-Type', 'text/plain']],
        body: Readable.from(lines(path, entries)),
      }),
    };
    return handleDav(
      {
        ...this.#place(target),
        method,
        collection: target.endsWith('/'),
        ...framed(headers, body),
        ...(to === undefined ? {} : { destination: this.#place(to) }),
        ...(signal === undefined ? {} : { signal }),
      },
      context,
    );
  }

  async ask(method: string, target: string, asking: Asking = {}): Promise<Answer> {
    try {
      const { status, headers, body } = await this.respond(method, target, asking);
      return answer(status, headers, (await bytesOf(body)).toString());
    } catch (error) {
      if (!isFailure(error)) throw error;
      return answer(statusOf(error.kind), error.headers, '', error);
    }
  }

  /** Puts a file, or fails the test. */
  async put(target: string, body: string | Buffer = 'text'): Promise<Answer> {
    const put = await this.ask('PUT', target, { body });
    assert.ok(put.status === 201 || put.status === 204, `PUT ${target}: ${put.status}`);
    return put;
  }

  /** Makes collections, or fails the test. */
  async mkcol(...targets: readonly string[]): Promise<void> {
    for (const target of targets) assert.equal((await this.ask('MKCOL', target)).status, 201, target);
  }

  /** Sets the property `{x:}p` of each, to a text that says where it was set. */
  async mark(...targets: readonly string[]): Promise<void> {
    for (const target of targets) {
      const escaped = target.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
      const body = propertyUpdate(`<D:set><D:prop><p xmlns="x:">${escaped}</p></D:prop></D:set>`);
      const [member] = (await this.ask('PROPPATCH', target, { body })).members();
      assert.ok(member?.properties.get(200)?.has('{x:}p'), target);
    }
  }

  /** Where the property that is now at `target` was set by `mark`; undefined where there is none. */
  async markAt(target: string): Promise<string | undefined> {
    return (await this.property(target, '{x:}p'))?.text;
  }

  /** The property as PROPFIND tells it. */
  async property(target: string, name: string): Promise<Node | undefined> {
    const answer = await this.ask('PROPFIND', target, { headers: { depth: '0' } });
    assert.equal(answer.status, 207, target);
    return answer.members()[0]?.properties.get(200)?.get(name);
  }

  /** The text of the file at `target`; undefined where there is no file. */
  async text(target: string): Promise<string | undefined> {
    const { storage, path } = this.#place(target);
    return (await storage.stat(path))?.kind === 'file' ? textAt(storage, path) : undefined;
  }

  /** What davgate has left in its hidden folder of /docs. */
  hidden(): string[] {
    const folder = join(this.folder, '.davgate-staging');
    return existsSync(folder) ? readdirSync(folder) : [];
  }

  async kind(target: string): Promise<'file' | 'collection' | undefined> {
    const { storage, path } = this.#place(target);
    return (await storage.stat(path))?.kind;
  }

  #place(target: string): Place {
    const place = placeIn(this, serverPathOf(target));
    if (!place) throw new Error(`${target} lies in no share`);
    return place;
  }
}

/** A body with the fields that tell its length, as Node's parser requires them of a client. */
function framed(
  headers: RequestHeaders,
  body: string | Buffer | Readable,
): Pick<DavRequest, 'headers' | 'body'> {
  if (body instanceof Readable) return { headers: { 'transfer-encoding': 'chunked', ...headers }, body };
  const bytes = Buffer.from(body);
  const length = bytes.length === 0 ? {} : { 'content-length': String(bytes.length) };
  return { headers: { ...length, ...headers }, body: Readable.from([bytes], { objectMode: false }) };
}

function placeIn({ docs, attic }: DavSite, target: ServerPath): Place | undefined {
  for (const [base, storage] of [
    ['/docs', docs],
    ['/attic', attic],
  ] as const) {
    const path = within(onServer(base), target);
    if (path !== undefined) return { storage, base: onServer(base), path };
  }
  return undefined;
}

/** A site with two empty shares. */
export async function davSite(t: TestContext): Promise<DavSite> {
  const folder = temporaryFolder(t);
  const temporary = temporaryFolder(t);
  const clock = { now: 1_700_000_000_000 };
  const database = await openStateDatabase({ kind: 'sqlite', file: join(temporary, 'state.sqlite3') });
  t.after(() => database.destroy());
  return new DavSite(
    folder,
    new LocalStorage(folder, localOptions),
    new ModuleStorage(new v2.VirtualFileSystem(), temporary),
    {
      properties: new SqlPropertyStore(database, propertyLimits),
      locks: new SqlLockStore(database, () => clock.now),
      clock,
    },
  );
}

/** A PROPPATCH body around `instructions`, with prefix D for `DAV:`. */
export function propertyUpdate(instructions: string): string {
  return `<?xml version="1.0"?><D:propertyupdate xmlns:D="DAV:">${instructions}</D:propertyupdate>`;
}

/** A PROPFIND body around `content`, with prefix D for `DAV:`. */
export function propfindBody(content: string): string {
  return `<?xml version="1.0"?><D:propfind xmlns:D="DAV:">${content}</D:propfind>`;
}

async function* lines(
  path: string,
  entries: AsyncIterable<readonly { name: string }[]>,
): AsyncGenerator<Buffer> {
  yield Buffer.from(`${path}\n`);
  for await (const batch of entries) {
    for (const { name } of batch) yield Buffer.from(`${name}\n`);
  }
}

function answer(status: number, headers: HttpResponse['headers'], text: string, failure?: Failure): Answer {
  return {
    status,
    kind: failure?.kind,
    condition: failure?.condition,
    hrefs: failure?.hrefs ?? [],
    text,
    header: (name) => headers.find(([found]) => found.toLowerCase() === name.toLowerCase())?.[1],
    members: () => {
      assert.equal(status, 207);
      return readMultistatus(text);
    },
  };
}
