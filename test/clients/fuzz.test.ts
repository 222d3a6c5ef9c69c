import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import fc, { seed } from '../helpers/seeded-fast-check.js';
import { sampleDavgate } from './helpers/davgate.js';
import { curl } from './helpers/programs.js';

const requests = 10_000;
const conversations = 400;
const atOnce = 25;

const alice = `Authorization: Basic ${Buffer.from('alice:alice-demo').toString('base64')}`;

/** Mostly from what davgate itself has to judge, now and then what Node's parser refuses. */
const mostly = <T>(usual: fc.Arbitrary<T>, ...odd: fc.Arbitrary<T>[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 15, arbitrary: usual }, ...odd.map((arbitrary) => ({ weight: 1, arbitrary })));

const method = mostly(
  fc.constantFrom(
    ...[
      'GET',
      'HEAD',
      'PUT',
      'DELETE',
      'MKCOL',
      'COPY',
      'MOVE',
      'PROPFIND',
      'PROPPATCH',
      'OPTIONS',
      'LOCK',
      'UNLOCK',
    ],
    ...['REPORT', 'MERGE', 'CHECKOUT', 'MKACTIVITY', 'POST', 'PATCH', 'TRACE', 'CONNECT', 'SEARCH'],
  ),
  fc.constantFrom('get', ''),
  fc.string({ maxLength: 12 }),
);
const segment = mostly<string>(
  fc.constantFrom(
    'docs',
    'scratch',
    'media',
    'svn',
    'staff',
    'sample',
    '!svn',
    'me',
    'fuzz',
    '..',
    '.',
    '',
    '%2e%2e',
    '%00',
  ),
  fc.string({ maxLength: 20 }).map((text) => encodeURIComponent(text.toWellFormed())),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const target = mostly<string>(
  // Below a folder of its own, so that what the fuzzer deletes is only what the fuzzer made.
  fc.array(segment, { maxLength: 6 }).map((parts) => `/scratch/${parts.join('/')}`),
  fc.array(segment, { maxLength: 6 }).map((parts) => `/${parts.join('/')}`),
  fc.constantFrom('*', '/', '//', 'http://127.0.0.1/docs/', 'http://[::1', 'docs', '/docs?x=%', '/docs#x'),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const fieldName = mostly(
  fc.constantFrom(
    ...[
      'Depth',
      'Destination',
      'Overwrite',
      'If',
      'If-Match',
      'If-None-Match',
      'If-Range',
      'If-Modified-Since',
      'Range',
    ],
    ...['Content-Range', 'Expect', 'Connection', 'Timeout', 'Lock-Token'],
    ...['Authorization', 'Content-Type', 'Upgrade', 'Accept', 'X-Davgate-Secret', 'Trailer', 'TE'],
  ),
  fc.constantFrom('Content-Length', 'Transfer-Encoding', 'Host'),
  fc.string({ maxLength: 16 }),
);
const fieldValue = fc.oneof(
  fc.constantFrom(
    '0',
    '1',
    'infinity',
    'T',
    'F',
    '*',
    '"',
    'W/"x"',
    '(<urn:x>)',
    'bytes=0-',
    'bytes=-1,-',
    '99999999999999999999',
  ),
  fc.constantFrom(
    'chunked',
    'close',
    '100-continue',
    'http://127.0.0.1/docs/x',
    '/scratch/../docs',
    'Basic =',
    'Basic !!',
    '-1',
  ),
  fc.constantFrom(
    ...[
      'bytes=5-2',
      'bytes=0-0,2-2,4-4',
      `bytes=${'0-0,'.repeat(60)}1-1`,
      'bytes=9007199254740993-',
      'lines=1-2',
    ],
    ...['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', '"a", W/"b", "c', ', ,', '"\\"'],
    ...[
      '(<urn:a> [W/"x"]) (Not <urn:b>)',
      '</docs/> (["x"])',
      '<http://127.0.0.1/docs/é x> (<a>)',
      '(Not Not <a>)',
    ],
    ...['(', '()', '(<urn:x>)'.repeat(500), 'http://127.0.0.1:0/scratch/a b', 'http://other/scratch/x'],
    ...[
      'webdav://127.0.0.1/scratch/y',
      '/scratch/\u00e9',
      'gzip, chunked',
      'chunked, chunked',
      'Second-99999999999',
    ],
  ),
  fc.string({ maxLength: 60 }),
  mostly(fc.constant('x'), fc.string({ unit: 'binary', maxLength: 60 })),
);
const body = fc.oneof(
  fc.constantFrom(
    '',
    '<propfind xmlns="DAV:"><allprop/></propfind>',
    '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    '<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><x:y xmlns:x="z">1</x:y></D:prop></D:set></D:propertyupdate>',
    '<a><b',
    '5\r\nhello\r\n0\r\n\r\n',
    'zz\r\n',
  ),
  fc.string({ unit: 'binary', maxLength: 200 }),
);

/** Something between a sound request and noise. */
const message = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .record({
        method,
        target,
        version: mostly(fc.constantFrom('HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0'), fc.constantFrom('HTTP/9', '')),
        fields: fc.array(fc.tuple(fieldName, fieldValue), { maxLength: 3 }),
        signedIn: fc.boolean(),
        announced: fc.option(fc.nat(400), { nil: undefined }),
        body,
      })
      .map(({ method: verb, target: path, version, fields, signedIn, announced, body: content }) =>
        [
          `${verb} ${path} ${version}`,
          'Host: 127.0.0.1',
          ...(signedIn ? [alice] : []),
          ...(announced === undefined ? [] : [`Content-Length: ${announced}`]),
          ...fields.map(([name, value]) => `${name}: ${value}`),
          '',
          content,
        ].join('\r\n'),
      ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
);

/** Bodies in chunks, sound and not. */
const chunked = fc
  .array(
    fc.record({
      size: fc.oneof(
        fc.nat(40).map((size) => size.toString(16)),
        fc.constantFrom('', '-1', '0x5', 'ffffffffffffffffff', '5 5'),
      ),
      extension: fc.constantFrom('', '', ';a=b', `;${'x'.repeat(200)}`, ' ; ', ';"'),
      bytes: fc.string({ unit: 'binary', maxLength: 40 }),
      end: fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '', '\r'),
    }),
    { maxLength: 4 },
  )
  .chain((chunks) =>
    fc
      .constantFrom('0\r\n\r\n', '0\r\n\r\n', '0\r\nTrailer: x\r\nHost: y\r\n\r\n', '0\r\n', '00\n\n', '')
      .map(
        (last) =>
          chunks
            .map(({ size, extension, bytes, end }) => `${size}${extension}${end}${bytes}${end}`)
            .join('') + last,
      ),
  );
const upload = fc
  .record({ target, body: chunked, more: fieldName, value: fieldValue })
  .map(
    ({ target: path, body: content, more, value }) =>
      `PUT ${path} HTTP/1.1\r\nHost: x\r\n${alice}\r\n${more}: ${value}\r\nTransfer-Encoding: chunked\r\n\r\n${content}`,
  );
const sound = `GET /docs/Handbook.md HTTP/1.1\r\nHost: x\r\n${alice}\r\n\r\n`;
/** Several on one connection, one of them perhaps hundreds of times. */
const conversation = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: message },
      { weight: 3, arbitrary: upload },
      { weight: 3, arbitrary: fc.constant(sound) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          sound.repeat(300),
          'GET / HTTP/1.1\r\nHost:\r\n\r\n'.repeat(1500),
          'a: b\r\n'.repeat(1500),
        ),
      },
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.join(''));

describe('ten thousand malformed requests', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  before(async () => {
    davgate = await sampleDavgate();
  });
  after(() => davgate.dispose());

  it('leave the process answering, and none of them is an internal fault', async () => {
    const messages = fc.sample(message, { numRuns: requests });
    const statuses = new Map<string, number>();
    const next = messages[Symbol.iterator]();
    const worker = async (): Promise<void> => {
      for (let item = next.next(); item.done !== true; item = next.next()) {
        const status = await send(davgate.port, item.value);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        assert.notEqual(status, '500', `seed ${seed}: ${JSON.stringify(item.value)}`);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    assert.equal(davgate.process.exitCode, null, davgate.complaints());
    const { status } = await curl(`${davgate.url}/docs/`, ['--user', 'alice:alice-demo']);
    assert.equal(status, 200);
    const share = (status: string): number => (statuses.get(status) ?? 0) / requests;
    assert.ok(share('none') < 0.1, `seed ${seed}: ${share('none')} of them without an answer`);
    assert.ok(share('400') > 0.1 && share('400') < 0.8, `seed ${seed}: ${share('400')} of them refused`);
    const stray = davgate.log.filter(
      ({ msg }) => msg === 'uncaught exception' || msg === 'unhandled rejection',
    );
    assert.deepEqual(stray, [], `seed ${seed}`);
  });

  it('nor do whole conversations of them, each of which comes to its end, and nothing stays open', async () => {
    const descriptors = (): number => readdirSync(`/proc/${davgate.process.pid ?? 0}/fd`).length;
    const memory = (): number =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${davgate.process.pid ?? 0}/status`, 'utf8'))?.[1]) /
      1024;
    const served = async (): Promise<void> => {
      const { status } = await curl(`${davgate.url}/docs/Handbook.md`, ['--user', 'bob:bob-demo']);
      assert.equal(status, 200, `seed ${seed}`);
    };
    const reading = `Authorization: Basic ${Buffer.from('bob:bob-demo').toString('base64')}`;
    await served();
    const before = { descriptors: descriptors(), memory: memory() };
    // Of bob, who changes nothing that the next one needs.
    const texts = fc
      .sample(conversation, { numRuns: conversations })
      .map((text) => text.replaceAll(alice, reading));
    const next = texts[Symbol.iterator]();
    const worker = async (): Promise<void> => {
      for (let item = next.next(); item.done !== true; item = next.next()) {
        const answers = await converse(davgate.port, item.value);
        assert.doesNotMatch(
          answers,
          /^HTTP\/1\.1 500/m,
          `seed ${seed}: ${JSON.stringify(item.value.slice(0, 2000))}`,
        );
      }
    };
    const others = async (): Promise<void> => {
      for (let turn = 0; turn < 20; turn += 1) await served();
    };
    await Promise.all([others(), ...Array.from({ length: atOnce }, worker)]);
    assert.equal(davgate.process.exitCode, null, davgate.complaints());
    await served();
    // svn's connections to Apache are kept for a while, and more of them than before.
    assert.ok(
      descriptors() <= before.descriptors + 40,
      `seed ${seed}: ${descriptors() - before.descriptors} descriptors`,
    );
    assert.ok(memory() < before.memory + 300, `seed ${seed}: ${memory() - before.memory} MB`);
    const stray = davgate.log.filter(
      ({ msg }) => msg === 'uncaught exception' || msg === 'unhandled rejection',
    );
    assert.deepEqual(stray, [], `seed ${seed}`);
  });
});

/** Sends bytes on a connection of their own and ends it. @returns all that comes back until the server closes */
function converse(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answers = '';
    const unanswered = setTimeout(() => {
      socket.destroy();
      reject(new Error(`The server neither answers nor closes: ${JSON.stringify(text.slice(0, 2000))}`));
    }, 100_000);
    socket.on('data', (chunk: Buffer) => (answers += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearTimeout(unanswered);
      resolve(answers);
    });
    socket.end(Buffer.from(text, 'latin1'));
  });
}

/** Sends bytes on a connection of their own, ends it, and tells the status that came back, if any did. */
function send(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    const done = (): void => {
      socket.destroy();
      resolve(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 'none');
    };
    socket.setTimeout(5_000, done);
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
      if (answer.includes('\r\n\r\n') && !answer.startsWith('HTTP/1.1 100')) done();
    });
    socket.on('error', done);
    socket.on('end', done);
    socket.end(Buffer.from(text, 'latin1'));
  });
}
