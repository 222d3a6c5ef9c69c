import assert from 'node:assert/strict';
import { pbkdf2Sync } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import Database from 'better-sqlite3';
import { seed } from '../helpers/seeded-fast-check.js';
import { DavClient, type Traced } from './helpers/dav-client.js';
import { projectFolder, startDavgate, type TestDavgate } from './helpers/davgate.js';
import { bodyOf, operations, type Operation } from './helpers/kill-operations.js';
import { contentsOf, file, folder, put, type Tree } from './helpers/kill-tree.js';

const worlds = 4;
const runsPerWorld = 50;

const lockInfo =
  '<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>';
const markQuery = '<propfind xmlns="DAV:"><prop><mark xmlns="urn:kill"/></prop></propfind>';
const markOf = /<D:href>\/docs([^<]*)<\/D:href>.*?<(?:\w+:)?mark[^>]*>([^<]+)</g;

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A folder, what must be in it, and the davgate that serves it at the moment. */
class World {
  readonly #folder = mkdtempSync(join(tmpdir(), 'davgate-kill-'));
  readonly #random: () => number;
  /** Milliseconds that each kind of operation takes, as far as is known. */
  readonly #durations: Map<string, number>;
  #tree: Tree = new Map();
  #davgate: TestDavgate | undefined;
  #kept = '';

  constructor(seed: number, durations: Map<string, number>) {
    this.#durations = durations;
    this.#random = seeded(seed);
    const database = join(this.#folder, 'db.sqlite3');
    cpSync(join(projectFolder, 'repos-sample/django-site/db.sqlite3'), database);
    makePasswordsCheap(database);
    mkdirSync(join(this.#folder, 'docs'));
    const declaration = {
      django: { database: 'sqlite:./db.sqlite3' },
      state: 'sqlite:./state.sqlite3',
      shares: [{ path: '/docs', kind: 'webdav', root: './docs', require: { staff: false } }],
    };
    writeFileSync(join(this.#folder, 'shares.json'), JSON.stringify(declaration));
  }

  async end(): Promise<void> {
    await this.#davgate?.end('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async begin(): Promise<void> {
    this.#davgate = await startDavgate(this.#folder);
    for (const path of ['/source', '/source/a', '/source/b', '/one']) {
      await this.#must(201, 'MKCOL', path);
      this.#tree = put(this.#tree, path, folder);
    }
    const members = Array.from({ length: 24 }, (_, index) => `/source/${index % 2 ? 'a' : 'b'}/${index}.txt`);
    for (const path of [...members, '/one/a.txt', '/one/b.txt', '/one/kept.txt']) {
      const body = bodyOf(this.#random).slice(0, 50_000);
      await this.#must(201, 'PUT', path, { body });
      this.#tree = put(this.#tree, path, file(body));
    }
    for (const path of ['/source', '/source/a', ...members.slice(0, 12)]) await this.#mark(path);
    this.#kept = await this.#lock('/one/kept.txt');
  }

  /** Asks for an operation, kills davgate on the way, starts it again and looks at what is there. */
  async run(): Promise<string> {
    const { name, locked, marked } = this.#choose(() => true);
    if (marked !== undefined) await this.#mark(marked);
    // What was chosen, with the mark that has come since.
    const operation = this.#choose((other) => other.name === name && other.marked === marked);
    const token = locked === undefined ? undefined : await this.#lock(locked);
    const usual = this.#durations.get(name) ?? 60;
    const patience = this.#random() * 1.3 * usual;
    const before = this.#tree;
    const begun = performance.now();
    const answer = this.#ask(operation.method, operation.path, withToken(operation.traced, token)).then(
      ({ status }) => ({ status, milliseconds: performance.now() - begun }),
      () => undefined,
    );
    await delay(patience);
    await this.#davgate?.end('SIGKILL');
    const answered = await answer;
    this.#durations.set(name, answered ? (usual + answered.milliseconds) / 2 : usual * 1.4);
    this.#davgate = await startDavgate(this.#folder);
    const what = `${name}, killed after ${patience.toFixed(1)} ms, answered ${answered?.status ?? 'nothing'}`;
    if (answered) assert.ok(answered.status === 201 || answered.status === 204, what);
    await this.#check(operation, answered !== undefined, what);
    if (locked !== undefined && token !== undefined) await this.#checkLock(locked, token, what);
    const outcome = answered
      ? 'answered'
      : isDeepStrictEqual(this.#tree, before)
        ? 'undone'
        : isDeepStrictEqual(this.#tree, operation.after)
          ? 'done but not answered'
          : 'done in part';
    await this.#checkKept(what);
    return outcome;
  }

  #choose(fits: (operation: Operation) => boolean): Operation {
    const possible = operations(this.#tree, this.#random).filter(fits);
    const operation = possible[Math.floor(this.#random() * possible.length)];
    assert.ok(operation);
    return operation;
  }

  async #check({ method, after, extent }: Operation, answered: boolean, what: string): Promise<void> {
    const before = this.#tree;
    const contents = contentsOf(join(this.#folder, 'docs'));
    const marks = await this.#marks(contents);
    const found: Tree = new Map(
      [...contents].map(([path, content]) => [path, { content, mark: marks.get(path) }]),
    );
    const tells = `${what}: ${differences(found, before)} since before, ${differences(found, after)} to after`;
    const paths = new Set([...before.keys(), ...after.keys(), ...found.keys()]);
    const done = [...paths].every((path) => found.get(path)?.content === after.get(path)?.content);
    const not = [...paths].every((path) => found.get(path)?.content === before.get(path)?.content);
    if (answered) assert.ok(done, tells);
    if (extent === 'whole') assert.ok(done || not, tells);
    for (const path of paths) {
      const [was, becomes, is] = [before.get(path), after.get(path), found.get(path)];
      const possible = answered ? [becomes] : [was, becomes];
      assert.ok(
        possible.some((node) => node?.content === is?.content),
        `${tells}: ${path}`,
      );
      if (!is) continue;
      const fitting = possible.map((node) => node?.mark);
      // A copy's properties come when all of its files have.
      const late = !answered && method === 'COPY' && becomes !== undefined;
      assert.ok(fitting.includes(is.mark) || (late && is.mark === undefined), `${what}: the mark of ${path}`);
    }
    this.#tree = found;
  }

  async #marks(contents: ReadonlyMap<string, string>): Promise<Map<string, string>> {
    const marks = new Map<string, string>();
    for (const [path, content] of contents) {
      if (content !== folder.content) continue;
      const answer = await this.#ask('PROPFIND', path, { headers: { Depth: '1' }, body: markQuery });
      assert.equal(answer.status, 207, path);
      for (const [, href = '', mark = ''] of answer.text.matchAll(markOf)) {
        marks.set(decodeURI(href).replace(/\/$/, ''), mark);
      }
    }
    return marks;
  }

  /** A lock that was taken for the operation: it holds as long as there is something that it locks. */
  async #checkLock(path: string, token: string, what: string): Promise<void> {
    if (this.#tree.has(path)) {
      assert.equal(await this.#status('PROPPATCH', path, { body: markUpdate('none') }), 423, what);
      await this.#must(204, 'UNLOCK', path, { headers: { 'Lock-Token': `<${token}>` } });
    } else await this.#status('UNLOCK', path, { headers: { 'Lock-Token': `<${token}>` } });
  }

  /** The lock that was taken in the beginning and is never given up. */
  async #checkKept(what: string): Promise<void> {
    const path = '/one/kept.txt';
    const body = bodyOf(this.#random).slice(0, 1000);
    assert.equal(await this.#status('PUT', path, { body }), 423, what);
    await this.#must(204, 'PUT', path, withToken({ body }, this.#kept));
    this.#tree = put(this.#tree, path, file(body));
  }

  async #mark(path: string): Promise<void> {
    const mark = String(this.#random());
    await this.#must(207, 'PROPPATCH', path, { body: markUpdate(mark) });
    this.#tree = put(this.#tree, path, { ...(this.#tree.get(path) ?? folder), mark });
  }

  async #lock(path: string): Promise<string> {
    const headers = { Timeout: 'Second-3600' };
    const answer = await this.#ask('LOCK', path, { headers, body: lockInfo });
    assert.equal(answer.status, 200, answer.text);
    return answer.headers['lock-token']?.slice(1, -1) ?? '';
  }

  #ask(method: string, path: string, traced?: Traced): ReturnType<DavClient['ask']> {
    assert.ok(this.#davgate);
    return new DavClient(this.#davgate, 'alice', 'kill').ask(method, `/docs${encodeURI(path)}`, traced);
  }

  async #status(method: string, path: string, traced?: Traced): Promise<number> {
    return (await this.#ask(method, path, traced)).status;
  }

  async #must(status: number, method: string, path: string, traced?: Traced): Promise<void> {
    assert.equal(await this.#status(method, path, traced), status, `${method} ${path}`);
  }
}

/** Every start derives alice's password anew, and there are hundreds. */
function makePasswordsCheap(file: string): void {
  const hash = pbkdf2Sync('alice-demo', 'salt', 1, 32, 'sha256').toString('base64');
  const database = new Database(file);
  database
    .prepare("update auth_user set password = ? where username = 'alice'")
    .run(`pbkdf2_sha256$1$salt$${hash}`);
  database.close();
}

function withToken(traced: Traced, token: string | undefined): Traced {
  return token === undefined ? traced : { ...traced, headers: { ...traced.headers, If: `(<${token}>)` } };
}

function markUpdate(mark: string): string {
  return `<propertyupdate xmlns="DAV:"><set><prop><mark xmlns="urn:kill">${mark}</mark></prop></set></propertyupdate>`;
}

function differences(found: Tree, other: Tree): string {
  const paths = [...new Set([...found.keys(), ...other.keys()])];
  const changed = paths.filter((path) => found.get(path)?.content !== other.get(path)?.content);
  return changed.length === 0 ? 'nothing' : `${changed.length} (${changed.slice(0, 4).join(', ')})`;
}

it(`after each of ${worlds * runsPerWorld} kill -9 every file is old or new, and every lock holds`, async (t) => {
  t.diagnostic(`DAVGATE_TEST_SEED=${seed}`);
  const durations = new Map<string, number>();
  const outcomes = new Map<string, number>();
  const failing = new AbortController();
  await Promise.all(
    Array.from({ length: worlds }, async (_, index) => {
      const world = new World(seed + index, durations);
      try {
        await world.begin();
        for (let run = 0; run < runsPerWorld && !failing.signal.aborted; run += 1) {
          const outcome = await world.run();
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        }
      } catch (error) {
        failing.abort();
        throw error;
      } finally {
        await world.end();
      }
    }),
  );
  t.diagnostic([...outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(', '));
  assert.ok(outcomes.has('undone') && outcomes.has('answered'), 'the kills came too late or too early');
});
