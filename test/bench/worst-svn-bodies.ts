import { performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { Allowance } from '../../src/async/allowance.js';
import { isFailure } from '../../src/failure.js';
import { limitsOfXml, mostOfSkel } from '../../src/svn/bodies/limits.js';
import { readBody } from '../../src/svn/bodies/read-body.js';
import { ifAt } from '../../src/svn/destination.js';
import { parseResponseHead } from '../../src/svn/http1/response-head.js';

const KiB = 1024;
const MiB = 1024 * KiB;
/** How a socket gives a body. */
const readSize = 64 * KiB;

/** The worst of a kind, about so many bytes long. */
interface Worst {
  readonly method: string;
  readonly largest: number;
  readonly body: (bytes: number) => string;
  /** Bytes that come at once. */
  readonly piece?: number;
}

const fill = (part: string, bytes: number): string =>
  part.repeat(Math.max(1, Math.floor(bytes / part.length)));
const report = (name: string, inner: string): string => `<S:${name} xmlns:S="svn:">${inner}</S:${name}>`;
const update = limitsOfXml('REPORT', 'update-report').size;
const merge = limitsOfXml('MERGE', undefined).size;

const bodies: Readonly<Record<string, Worst>> = {
  'MERGE of elements inside each other': {
    method: 'MERGE',
    largest: merge,
    body: (bytes) => fill('<a>', bytes),
  },
  'MERGE of empty elements': {
    method: 'MERGE',
    largest: merge,
    body: (bytes) => `<a>${fill('<a/>', bytes)}</a>`,
  },
  'MERGE of lock tokens': {
    method: 'MERGE',
    largest: merge,
    body: (bytes) =>
      '<D:merge xmlns:D="DAV:"><D:source><D:href>/svn/a/!svn/txn/1-1</D:href></D:source>' +
      `${fill('<lock><lock-path>a/b/c</lock-path></lock>', Math.min(bytes, 4 * MiB))}</D:merge>`,
  },
  'update-report of entries': {
    method: 'REPORT',
    largest: update,
    body: (bytes) =>
      report(
        'update-report',
        fill(`<S:entry rev="1" depth="infinity">${'a/b/'.repeat(25)}c</S:entry>`, bytes),
      ),
  },
  'update-report of one path': {
    method: 'REPORT',
    largest: update,
    body: (bytes) => report('update-report', `<S:missing>${fill('a/', bytes)}</S:missing>`),
  },
  'update-report of one attribute': {
    method: 'REPORT',
    largest: update,
    body: (bytes) => report('update-report', `<S:entry rev="${fill('9', bytes)}"/>`),
  },
  'update-report of lines': {
    method: 'REPORT',
    largest: update,
    body: (bytes) => report('update-report', fill('\n', bytes)),
  },
  'update-report of a comment': {
    method: 'REPORT',
    largest: update,
    body: (bytes) => report('update-report', `<!--${fill('- ', bytes)}-->`),
  },
  'log-report in pieces of one byte': {
    method: 'REPORT',
    largest: limitsOfXml('REPORT', 'log-report').size,
    body: (bytes) => report('log-report', fill(`<S:path>${'a/b/'.repeat(25)}c</S:path>`, bytes)),
    piece: 1,
  },
  'PROPPATCH of one value': {
    method: 'PROPPATCH',
    largest: limitsOfXml('PROPPATCH', undefined).size,
    body: (bytes) => `<a>${fill('x', bytes)}</a>`,
  },
  'PROPPATCH of references': {
    method: 'PROPPATCH',
    largest: limitsOfXml('PROPPATCH', undefined).size,
    body: (bytes) => `<a>${fill('&#xe4;', bytes)}</a>`,
  },
  'LOCK of namespaces': {
    method: 'LOCK',
    largest: limitsOfXml('LOCK', undefined).size,
    body: (bytes) => fill('<a xmlns:b="c" xmlns:d="e" xmlns:f="g">', bytes),
  },
  'POST of lists inside each other': {
    method: 'POST',
    largest: mostOfSkel,
    body: (bytes) => fill('(', bytes),
  },
  'POST of words': { method: 'POST', largest: mostOfSkel, body: (bytes) => `(${fill('a ', bytes - 4)})` },
};

const largestHead = 256 * KiB;

/** What is read in one go. */
const fields: Readonly<Record<string, (bytes: number) => unknown>> = {
  'If of opening brackets': (bytes) => ifAt('http://127.0.0.1:1', fill('<', bytes)),
  'If of opening parentheses': (bytes) => ifAt('http://127.0.0.1:1', fill('(', bytes)),
  'If of tags': (bytes) => ifAt('http://127.0.0.1:1', fill('<http://a/b> (<c>)', bytes)),
  'If of a scheme': (bytes) => ifAt('http://127.0.0.1:1', `<${fill('a', bytes)}>`),
  'head of 900 fields': (bytes) =>
    parseResponseHead(`HTTP/1.1 200 OK${`\r\na: ${fill('b', bytes / 900)}`.repeat(900)}`, 'GET'),
  'head of one field': (bytes) => parseResponseHead(`HTTP/1.1 200 OK\r\na:${fill(' ', bytes)}b`, 'GET'),
};

/**
 * The worst bodies and header fields of svn's: how long one keeps everybody else waiting, at a hundredth and a tenth of the
 * largest that is taken and at the largest itself.
 */
export async function worstSvnBodies(): Promise<void> {
  print('worst for svn, longest pause in ms of CPU', ['1x', '10x', '100x', 'in all']);
  for (const [name, { method, largest, body, piece = readSize }] of Object.entries(bodies)) {
    const pauses: string[] = [];
    const began = performance.now();
    for (const part of [100, 10, 1]) {
      const text = Buffer.from(body(Math.floor(largest / part) - 2 * KiB));
      pauses.push((await longestPause(() => readIn(method, text, piece))).toFixed(1));
    }
    print(name, [...pauses, `${((performance.now() - began) / 1000).toFixed(1)} s`]);
  }
  for (const [name, read] of Object.entries(fields)) {
    const pauses = [100, 10, 1].map((part) => {
      const began = process.cpuUsage();
      read(Math.floor(largestHead / part));
      const { user, system } = process.cpuUsage(began);
      return ((user + system) / 1000).toFixed(1);
    });
    print(name, pauses);
  }
}

function print(name: string, values: readonly string[]): void {
  process.stdout.write(`${name.padEnd(42)}${values.map((value) => value.padStart(9)).join('')}\n`);
}

async function readIn(method: string, text: Buffer, piece: number): Promise<void> {
  const allowance = new Allowance({ inAll: 64 * MiB, perOwner: 64 * MiB });
  const body = Readable.from(arriving(text, piece), { objectMode: false, highWaterMark: 16 * KiB });
  try {
    await readBody({ method, framing: { kind: 'chunked' }, body, owner: 'alice', allowance });
  } catch (error) {
    if (!isFailure(error)) throw error;
  }
}

/** As Node gives it: so much in one turn of the event loop. Small pieces have their framing around them. */
async function* arriving(text: Buffer, piece: number): AsyncGenerator<Buffer> {
  const inOneTurn = Math.floor(readSize / (piece === readSize ? 1 : 6));
  let given = 0;
  for (let at = 0; at < text.length; at += piece) {
    if (given >= inOneTurn) await turn();
    given = (given >= inOneTurn ? 0 : given) + piece;
    yield text.subarray(at, at + piece);
  }
}

/** Milliseconds of processor time between two turns of the event loop, the most while `work` lasts. */
async function longestPause(work: () => Promise<void>): Promise<number> {
  let longest = 0;
  let last = process.cpuUsage();
  let working = true;
  const watch = (): void => {
    const { user, system } = process.cpuUsage(last);
    last = process.cpuUsage();
    longest = Math.max(longest, (user + system) / 1000);
    if (working) setImmediate(watch);
  };
  setImmediate(watch);
  await work();
  working = false;
  await turn();
  return longest;
}
