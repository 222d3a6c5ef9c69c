import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { writePair, readPairs } from '../../../server/listener/fastcgi-params.js';
import { record, RecordReader, recordTypes } from '../../../server/listener/fastcgi-records.js';
import { listenForApache } from '../../../server/listener/fastcgi-server.js';
import type { Asked } from '../../../src/http/guard/asked.js';
import type { Verdict } from '../../../src/http/guard/verdict.js';
import { Failure } from '../../../src/failure.js';

const secret = 'a secret that the test knows, and Apache';
const allowed = { kind: 'allowed', admitted: { user: 'zo\u00eb', groups: new Set(['a,b', 'c']) } } as const;
const named: Verdict = {
  kind: 'allowed',
  admitted: { ...allowed.admitted, name: 'Zo\u00eb\r\nStatus: 500', email: 'zo\u00eb@example.org' },
};

interface Setting {
  readonly verdict?: () => Promise<Verdict>;
  readonly patience?: number;
  readonly knows?: string | undefined;
}

async function listening(t: TestContext, { verdict, patience, knows = secret }: Setting = {}) {
  const asked: Asked[] = [];
  const logged: string[] = [];
  const note = (_fields: object, message: string): void => void logged.push(message);
  const server = await listenForApache({
    host: '127.0.0.1',
    port: 0,
    office: {
      judge: async (question) => {
        asked.push(question);
        return { id: 'an id', verdict: await (verdict ?? (() => Promise.resolve(allowed)))() };
      },
    },
    secret: () => knows,
    limits: { headerBytes: 8192 },
    log: { info: note, warn: note, error: note },
    ...(patience === undefined ? {} : { patience }),
  });
  t.after(() => server.stop(0));
  const open = async (): Promise<Socket> => {
    const socket = connect({ port: server.address.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  /** Sends bytes and reads to the end of the connection. */
  const exchange = async (...parts: readonly Uint8Array[]): Promise<Buffer> => {
    const socket = await open();
    const answer = allOf(socket);
    for (const part of parts) socket.write(part);
    return answer;
  };
  return { server, asked, logged, open, exchange };
}

function allOf(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    const end = (): void => {
      socket.destroy();
      resolve(Buffer.concat(chunks));
    };
    socket.once('end', end);
    socket.once('close', end);
  });
}

function begin(id = 1, role = 2, flags = 0): Buffer {
  return record(recordTypes.beginRequest, id, Buffer.from([role >> 8, role & 255, flags, 0, 0, 0, 0, 0]));
}

const variables: Readonly<Record<string, string>> = {
  DAVGATE_GUARD_SECRET: secret,
  REQUEST_METHOD: 'GET',
  REQUEST_URI: '/files/a.txt?x',
  REMOTE_ADDR: '192.0.2.1',
  HTTP_HOST: 'files.example.org',
};

function pairsOf(values: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(Object.entries(values).map(([name, value]) => writePair(name, value)));
}

const params = (content = pairsOf(variables), id = 1): Buffer => record(recordTypes.params, id, content);
const whole = (values: Readonly<Record<string, string>> = variables): Buffer =>
  Buffer.concat([begin(), params(pairsOf(values)), params(Buffer.alloc(0))]);

/** The records of an answer. */
function read(bytes: Buffer) {
  return [...new RecordReader(1_000_000).read(bytes)];
}

const textOf = (bytes: Buffer): string =>
  Buffer.concat(
    read(bytes).flatMap(({ type, content }) => (type === recordTypes.stdout ? [content] : [])),
  ).toString();

const endOf = (bytes: Buffer): readonly number[] => {
  const last = read(bytes).at(-1);
  assert.equal(last?.type, recordTypes.endRequest);
  return [last.content.readUInt32BE(0), last.content[4] ?? -1];
};

describe('the FastCGI authorizer', () => {
  test('answers a call, in whatever pieces it comes', async (t) => {
    const { asked, exchange, open } = await listening(t);
    const atOnce = await exchange(whole());
    assert.equal(
      textOf(atOnce),
      'Status: 200\r\nVariable-DAVGATE_USER: zo\u00eb\r\nVariable-DAVGATE_GROUPS: a%2Cb,c\r\n\r\n',
    );
    assert.deepEqual(endOf(atOnce), [0, 0]);
    const socket = await open();
    const answer = allOf(socket);
    for (const byte of whole()) {
      socket.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    assert.deepEqual(await answer, atOnce);
    const [question] = asked;
    assert.equal(question?.rawTarget, '/files/a.txt?x');
    assert.equal(question.method, 'GET');
    assert.equal(question.address, '192.0.2.1');
    assert.deepEqual(question.fields, [['host', 'files.example.org']]);
  });

  test('tells the name and the address, where there are any, on a line each', async (t) => {
    const { exchange } = await listening(t, { verdict: () => Promise.resolve(named) });
    assert.match(
      textOf(await exchange(whole())),
      /\r\nVariable-DAVGATE_NAME: Zo\u00eb Status: 500\r\nVariable-DAVGATE_EMAIL: zo\u00eb@example\.org\r\n\r\n$/,
    );
  });

  test('takes variables over several records, padded, with what is no part of them', async (t) => {
    const { exchange } = await listening(t);
    const content = pairsOf(variables);
    const padded = params(content.subarray(0, 10));
    padded[6] = 200;
    const parts = [begin(), padded, Buffer.alloc(200), params(content.subarray(10)), params(content, 7)];
    const stdin = record(recordTypes.stdin, 1, Buffer.from('no body'));
    assert.match(textOf(await exchange(...parts, stdin, params(Buffer.alloc(0)))), /^Status: 200/);
  });

  test('reads the password that Apache has read, and no name alone', async (t) => {
    const { asked, exchange } = await listening(t);
    const by = async (further: Readonly<Record<string, string>>) => {
      await exchange(whole({ ...variables, ...further }));
      return asked.at(-1)?.headers.authorization;
    };
    const field = `Basic ${Buffer.from('zo\u00eb:a:b', 'latin1').toString('base64')}`;
    assert.equal(await by({ REMOTE_USER: 'zo\u00eb', REMOTE_PASSWD: 'a:b' }), field);
    assert.equal(await by({ REMOTE_USER: 'a:b', REMOTE_PASSWD: 'c' }), undefined);
    assert.equal(await by({ REMOTE_USER: 'admin' }), undefined);
    assert.equal(await by({ HTTP_AUTHORIZATION: 'Basic eA==' }), 'Basic eA==');
  });

  test('gives refusals as pages, with a challenge only where Apache adds none', async (t) => {
    const headers = [['WWW-Authenticate', 'Basic realm="x"'] as const];
    const failure = new Failure('unauthenticated', 'Who <are> you?', { headers });
    const { exchange } = await listening(t, { verdict: () => Promise.resolve({ kind: 'refused', failure }) });
    const stranger = textOf(await exchange(whole()));
    assert.match(stranger, /^Status: 401\r\n/);
    assert.doesNotMatch(stranger, /WWW-Authenticate|<are>/);
    const wrong = textOf(await exchange(whole({ ...variables, REMOTE_USER: 'x', REMOTE_PASSWD: 'y' })));
    assert.match(wrong, /\r\nWWW-Authenticate: Basic realm="x"\r\n/);
  });

  for (const [what, said] of Object.entries({
    none: undefined,
    another: `${secret}x`,
    'a shorter one': secret.slice(1),
    'an empty one': '',
  })) {
    test(`judges nothing for who says ${what} for the secret`, async (t) => {
      const { asked, exchange, logged } = await listening(t);
      const { DAVGATE_GUARD_SECRET: _, ...others } = variables;
      const sent = said === undefined ? others : { ...others, DAVGATE_GUARD_SECRET: said };
      const text = textOf(await exchange(whole({ ...sent, HTTP_DAVGATE_GUARD_SECRET: secret })));
      assert.match(text, /^Status: 503\r\n/);
      assert.doesNotMatch(text, /Variable-/);
      assert.deepEqual(asked, []);
      assert.equal(logged.filter((line) => line.includes('does not know the secret')).length, 1);
      assert.ok(!logged.some((line) => line.includes(secret)));
    });
  }

  test('judges nothing where no secret is set', async (t) => {
    const { asked, exchange } = await listening(t, { knows: '' });
    assert.match(textOf(await exchange(whole({ ...variables, DAVGATE_GUARD_SECRET: 'x' }))), /^Status: 503/);
    assert.deepEqual(asked, []);
  });

  test('says what it does not speak as the specification has it', async (t) => {
    const { exchange, asked } = await listening(t);
    assert.deepEqual(endOf(await exchange(begin(1, 1))), [0, 3], 'a responder is an unknown role');
    assert.deepEqual(endOf(await exchange(begin(1, 3))), [0, 3], 'and so is a filter');
    const second = read(await exchange(begin(1), begin(2), params(), params(Buffer.alloc(0))));
    assert.deepEqual([second[0]?.requestId, second[0]?.content[4]], [2, 1], 'one request at a time');
    assert.equal(asked.length, 1);
    const values = record(
      recordTypes.getValues,
      0,
      pairsOf({ FCGI_MPXS_CONNS: '', FCGI_MAX_CONNS: '', OTHER: '' }),
    );
    const [result] = read(await exchange(values, whole()));
    assert.equal(result?.type, recordTypes.getValuesResult);
    assert.deepEqual(
      [...readPairs(result.content)],
      [
        ['FCGI_MPXS_CONNS', '0'],
        ['FCGI_MAX_CONNS', '1024'],
      ],
    );
    const [unknown] = read(await exchange(record(77, 0), whole()));
    assert.deepEqual([unknown?.type, unknown?.content[0]], [recordTypes.unknownType, 77]);
  });

  test('ends what is aborted, and answers others', async (t) => {
    const { exchange, asked } = await listening(t);
    assert.deepEqual(endOf(await exchange(begin(), params(), record(recordTypes.abortRequest, 1))), [1, 0]);
    assert.deepEqual(asked, []);
    assert.match(textOf(await exchange(whole())), /^Status: 200/);
  });

  const version2 = whole();
  version2[0] = 2;
  const broken: Readonly<Record<string, Buffer>> = {
    HTTP: Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
    'another version': version2,
    'a beginning that is too short': record(recordTypes.beginRequest, 1, Buffer.alloc(7)),
    'a beginning that is repeated': Buffer.concat([begin(), begin()]),
    'a type that is not known': Buffer.concat([begin(), record(99, 1)]),
    'an answer': Buffer.concat([begin(), record(recordTypes.stdout, 1, Buffer.from('x'))]),
    'a name longer than the rest': Buffer.concat([
      begin(),
      params(Buffer.from([50, 0, 65])),
      params(Buffer.alloc(0)),
    ]),
    'a length of 2 GiB': Buffer.concat([
      begin(),
      params(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 65])),
      params(Buffer.alloc(0)),
    ]),
    'a length that is cut off': Buffer.concat([
      begin(),
      params(Buffer.from([0x80, 0])),
      params(Buffer.alloc(0)),
    ]),
    'a variable that is repeated': Buffer.concat([
      begin(),
      params(Buffer.concat([pairsOf(variables), writePair('REQUEST_URI', '/open')])),
      params(Buffer.alloc(0)),
    ]),
    'too many bytes': Buffer.concat([begin(), ...Array<Buffer>(3).fill(params(Buffer.alloc(60_000)))]),
    'a long record that is only announced': Buffer.from([
      1,
      4,
      0,
      1,
      0xff,
      0xff,
      0,
      0,
      ...Buffer.alloc(200_000),
    ]),
    'endless padding': Buffer.concat(
      Array<Buffer>(800).fill(Buffer.concat([Buffer.from([1, 5, 0, 9, 0, 0, 255, 0]), Buffer.alloc(255)])),
    ),
    'endless management': Buffer.concat(Array<Buffer>(20_000).fill(record(recordTypes.getValues, 0))),
  };
  for (const padding of [0, 255]) {
    test(`takes variables up to their limit and not a byte more, with ${padding} bytes of padding`, async (t) => {
      const { exchange } = await listening(t);
      const limit = 8192 + 64 * 1024;
      const bare = pairsOf(variables).length + writePair('HTTP_X', 'x'.repeat(200)).length - 200;
      for (const [bytes, isTaken] of [
        [limit - 1, true],
        [limit, true],
        [limit + 1, false],
      ] as const) {
        const content = pairsOf({ ...variables, HTTP_X: 'x'.repeat(bytes - bare) });
        assert.equal(content.length, bytes);
        // As many records as a call may have, so that there is as much around the variables as there can be.
        const size = Math.ceil(bytes / 256);
        const records = Array.from({ length: Math.ceil(bytes / size) }, (_, index) => {
          const part = params(content.subarray(index * size, (index + 1) * size));
          part[6] = padding;
          return Buffer.concat([part, Buffer.alloc(padding)]);
        });
        const calls = [Buffer.concat([begin(), ...records, params(Buffer.alloc(0))])];
        // In as few records and pieces as can be.
        const halves = [content.subarray(0, 0xffff), content.subarray(0xffff)].map((half) => params(half));
        if (padding === 0) calls.push(Buffer.concat([begin(), ...halves, params(Buffer.alloc(0))]));
        for (const call of calls) {
          assert.equal(textOf(await exchange(call)).startsWith('Status: 200'), isTaken, String(bytes));
        }
      }
    });
  }

  for (const [what, bytes] of Object.entries(broken)) {
    test(`closes the connection on ${what}, and no other`, async (t) => {
      const { exchange, asked, open } = await listening(t);
      const other = await open();
      const answer = allOf(other);
      other.write(begin());
      assert.doesNotMatch((await exchange(bytes)).toString('latin1'), /Status: 200/);
      assert.deepEqual(asked, []);
      other.write(Buffer.concat([params(), params(Buffer.alloc(0))]));
      assert.match(textOf(await answer), /^Status: 200/);
    });
  }

  test('closes the connection of who does not go on', async (t) => {
    const { exchange, asked } = await listening(t, { patience: 50 });
    for (const bytes of [Buffer.alloc(0), Buffer.from([1]), begin(), whole().subarray(0, -8)]) {
      assert.equal((await exchange(bytes)).length, 0);
    }
    assert.deepEqual(asked, []);
  });

  test('survives clients that vanish at any byte', async (t) => {
    const { exchange, open } = await listening(t);
    const bytes = whole();
    for (let length = 0; length < bytes.length; length += 7) {
      const socket = await open();
      socket.write(bytes.subarray(0, length));
      if (length % 2 === 0) socket.resetAndDestroy();
      else socket.end();
      if (!socket.destroyed) await once(socket.resume(), 'close');
    }
    assert.match(textOf(await exchange(bytes)), /^Status: 200/);
  });

  test('lets nobody in when a verdict fails', async (t) => {
    const { exchange, logged } = await listening(t, { verdict: () => Promise.reject(new Error('broken')) });
    assert.equal((await exchange(whole())).length, 0);
    assert.ok(logged.includes('Apache cannot be answered'));
  });
});
