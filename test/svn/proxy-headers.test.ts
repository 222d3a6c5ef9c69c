import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HeaderList } from '../../src/http/message.js';
import { framingOf } from '../../src/svn/request-framing.js';
import { upstreamHead, type RequestHead } from '../../src/svn/proxy-request.js';
import { clientHeaders } from '../../src/svn/proxy-response.js';

const address = { scheme: 'http', host: '127.0.0.1', port: 8099, secret: 'f'.repeat(64) } as const;
const identity = [
  ['Authorization', `Basic ${Buffer.from('alice:x').toString('base64')}`],
  ['X-Davgate-Secret', address.secret],
];

function head(headers: HeaderList, changes: Partial<RequestHead> = {}) {
  const request = { method: 'GET', rawTarget: '/svn/r', headers, username: 'alice', ...changes };
  const { headers: flat, framing, path } = upstreamHead(request, address);
  const list = flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1]]] : []));
  return { list, framing, path };
}

test('end-to-end fields keep order, case and repetition', () => {
  const { list } = head([
    ['host', 'files.example.org'],
    ['DAV', 'http://subversion.tigris.org/xmlns/dav/svn/depth'],
    ['x-SVN-Options', 'log'],
    ['DAV', 'http://subversion.tigris.org/xmlns/dav/svn/mergeinfo'],
    ['Connection', 'keep-alive, X-Hop'],
    ['X-Hop', '1'],
    ['Expect', '100-continue'],
    ['TE', 'trailers'],
  ]);
  assert.deepEqual(list, [
    ['Host', '127.0.0.1:8099'],
    ['DAV', 'http://subversion.tigris.org/xmlns/dav/svn/depth'],
    ['x-SVN-Options', 'log'],
    ['DAV', 'http://subversion.tigris.org/xmlns/dav/svn/mergeinfo'],
    ...identity,
  ]);
});

for (const name of [
  'authorization',
  'Authorization',
  'X-Davgate-Secret',
  'x_davgate_secret',
  'X-DAVGATE_User',
  'X-Remote-User',
  'X_Remote_User',
  'Remote-User',
  'REMOTE_USER',
  'Remote-Groups',
  'X-Forwarded-User',
  'X_Forwarded_For',
  'Forwarded',
  'Cookie',
  'Transfer_Encoding',
  'Content_Length',
  'Proxy-Authorization',
]) {
  test(`${name} from outside does not reach the child`, () => {
    assert.deepEqual(head([[name, 'mallory']]).list, [['Host', '127.0.0.1:8099'], ...identity]);
  });
}

test('where nobody is named there is no identity, and only reading passes', () => {
  const nobody = { username: undefined };
  const secret = [['X-Davgate-Secret', address.secret]];
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT']) {
    const { list } = head([['Authorization', 'Basic YWxpY2U6eA==']], { ...nobody, method });
    assert.deepEqual(list.slice(0, 2), [['Host', '127.0.0.1:8099'], ...secret], method);
  }
  const others = ['POST', 'PUT', 'MERGE', 'LOCK', 'MKACTIVITY', 'CHECKOUT', 'PROPPATCH', 'get', 'BREW'];
  for (const method of others) {
    assert.throws(() => head([], { ...nobody, method }), { kind: 'unauthenticated' }, method);
  }
});

test('a Connection field cannot strip what the proxy sets', () => {
  const { list } = head([['Connection', 'X-Davgate-Secret, X-Forwarded-For']]);
  assert.deepEqual(list, [['Host', '127.0.0.1:8099'], ...identity]);
});

for (const named of [
  'If',
  'Depth',
  'overwrite',
  'Destination',
  'Lock-Token',
  'If-Match',
  'If-None-Match',
  'If-Unmodified-Since',
  'Content-Type',
  'Content-Encoding',
  'X-SVN-Version-Name',
  'X-SVN-Options',
]) {
  test(`a Connection field that names ${named} is refused, also among others and in a second line`, () => {
    for (const connection of [named, `close, ${named}`, `keep-alive ,\t${named.toUpperCase()},`]) {
      const fields: HeaderList = [
        ['Connection', 'keep-alive'],
        ['Connection', connection],
      ];
      assert.throws(() => head(fields), { kind: 'malformed' }, connection);
    }
  });
}

test('the user name travels in UTF-8', () => {
  const [, authorization] = head([], { username: 'Zoë' }).list;
  assert.equal(Buffer.from(authorization?.[1]?.slice(6) ?? '', 'base64').toString(), 'Zoë:x');
});

for (const username of ['a:b', '', 'a\nb', 'a\0', '\ud800']) {
  test(`the user name ${JSON.stringify(username)} is refused`, () => {
    assert.throws(() => head([], { username }), { kind: 'forbidden' });
  });
}

test('TRACE and CONNECT are refused', () => {
  for (const method of ['TRACE', 'CONNECT']) {
    assert.throws(() => head([], { method }), { kind: 'method-not-allowed' });
  }
});

test('a Destination is rewritten, two are refused', () => {
  const one: HeaderList = [['Destination', 'https://files.example.org/svn/r/b%20c']];
  assert.deepEqual(head(one, { method: 'COPY' }).list[1], [
    'Destination',
    'http://127.0.0.1:8099/svn/r/b%20c',
  ]);
  assert.throws(() => head([...one, ['destination', '/svn/other']], { method: 'COPY' }), {
    kind: 'malformed',
  });
});

test('the framing of the body', () => {
  assert.deepEqual(framingOf([]), { kind: 'none' });
  assert.deepEqual(framingOf([['Transfer-Encoding', ' Chunked ']]), { kind: 'chunked' });
  assert.deepEqual(framingOf([['content-length', '12']]), { kind: 'length', bytes: '12' });
  assert.deepEqual(head([['Transfer-Encoding', 'chunked']]).list.at(-1), ['Transfer-Encoding', 'chunked']);
  assert.deepEqual(head([['Content-Length', '3']]).list.at(-1), ['Content-Length', '3']);
  assert.deepEqual(head([], { method: 'PROPFIND' }).list.at(-1), ['Content-Length', '0']);
  const refused: [HeaderList, string][] = [
    [
      [
        ['Content-Length', '1'],
        ['Transfer-Encoding', 'chunked'],
      ],
      'malformed',
    ],
    [
      [
        ['Content-Length', '1'],
        ['content-length', '1'],
      ],
      'malformed',
    ],
    [
      [
        ['Transfer-Encoding', 'chunked'],
        ['Transfer-Encoding', 'chunked'],
      ],
      'malformed',
    ],
    [[['Content-Length', '+1']], 'malformed'],
    [[['Content-Length', '1, 1']], 'malformed'],
    [[['Content-Length', '0x1']], 'malformed'],
    [[['Content-Length', '']], 'malformed'],
    [[['Transfer-Encoding', 'gzip, chunked']], 'not-implemented'],
    [[['Transfer-Encoding', 'identity']], 'not-implemented'],
  ];
  for (const [headers, kind] of refused) assert.throws(() => framingOf(headers), { kind });
});

test("the child's answer loses its connection's fields and every trace of the secret", () => {
  const answer: HeaderList = [
    ['DAV', '1,2'],
    ['DAV', 'version-control'],
    ['Vary', 'X-Davgate-Secret'],
    ['vary', 'Accept, x-davgate-secret,Accept-Encoding'],
    ['Connection', 'Keep-Alive, X-Own'],
    ['X-Own', '1'],
    ['Keep-Alive', 'timeout=900'],
    ['Transfer-Encoding', 'chunked'],
    ['Location', 'http://127.0.0.1:8099/svn/r/'],
    ['ETag', '"1//x"'],
  ];
  assert.deepEqual(
    clientHeaders(answer, address, () => undefined),
    [
      ['DAV', '1,2'],
      ['DAV', 'version-control'],
      ['vary', 'Accept, Accept-Encoding'],
      ['Location', '/svn/r/'],
      ['ETag', '"1//x"'],
    ],
  );
});
