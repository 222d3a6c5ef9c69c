import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { askGuard, basicField } from './asking.js';
import { guardedSite, type GuardedSite } from './guarded-site.js';

type Field = readonly [name: string, value: string];
interface Case {
  readonly what: string;
  /** The status that the client gets; alice may read and write /files, and not read /files/private. */
  readonly status: number;
  readonly fields?: readonly Field[];
  readonly uri?: string;
  readonly method?: string;
}

const open = '/files/a.txt';
const closed = '/files/private/a.txt';
const copyTo = (destination: string): Pick<Case, 'method' | 'fields'> => ({
  method: 'COPY',
  fields: [['Destination', destination]],
});

/** Tries to be let in where alice may not be, or to be somebody else, whichever server asks. */
const cases: readonly Case[] = [
  { what: 'what she may read', status: 200 },
  { what: 'what she may not read', status: 403, uri: closed },
  ...[
    'Remote-User',
    'remote-user',
    'Remote_User',
    'REMOTE_USER',
    'Remote-Groups',
    'Remote_Groups',
    'Remote-Name',
    'Remote_Name',
    'Remote-Email',
    'Remote_Email',
    'rEmOtE_eMaIl',
  ].map((name): Case => ({
    what: `the identity field ${name}`,
    status: 400,
    fields: [[name, 'admin']],
  })),
  ...[
    'X-Remote-User',
    'X_Original_URI',
    'X_Forwarded_Uri',
    'X_Original_Method',
    'X-Rewrite-URL',
    'X-Original-Path',
  ].map((name): Case => ({
    what: `the field ${name}, which says nothing`,
    status: 403,
    uri: closed,
    fields: [[name, open]],
  })),
  {
    what: 'an underscore spelling of the method',
    status: 403,
    method: 'PUT',
    uri: closed,
    fields: [['X_Original_Method', 'GET']],
  },
  {
    what: 'a method override',
    status: 403,
    method: 'DELETE',
    uri: '/files/private/a.txt',
    fields: [['X-HTTP-Method-Override', 'GET']],
  },
  { what: 'another path in the query', status: 403, uri: `${closed}?${open}` },
  { what: 'a path in a query that she may not read', status: 200, uri: `${open}?${closed}` },
  { what: 'a second question mark', status: 403, uri: `${closed}?x?${open}` },
  { what: 'an escaped question mark', status: 403, uri: '/files/private/a.txt%3Fx' },
  { what: 'a fragment', status: 400, uri: `${closed}#${open}` },
  { what: 'dot segments', status: 400, uri: '/files/x/../private/a.txt' },
  { what: 'a dot segment', status: 400, uri: '/files/./private/a.txt' },
  { what: 'encoded dot segments', status: 400, uri: '/files/x/%2e%2e/private/a.txt' },
  { what: 'half encoded dot segments', status: 400, uri: '/files/x/.%2E/private/a.txt' },
  { what: 'dot segments at the end', status: 400, uri: '/files/a.txt/..' },
  { what: 'an encoded slash', status: 400, uri: '/files/%2fprivate/a.txt' },
  { what: 'an encoded slash in upper case', status: 400, uri: '/files%2Fprivate%2Fa.txt' },
  { what: 'an encoded backslash', status: 400, uri: '/files/x%5c..%5cprivate%5ca.txt' },
  { what: 'a backslash', status: 400, uri: '/files/x\\..\\private\\a.txt' },
  { what: 'an encoded NUL', status: 400, uri: '/files/private/a.txt%00.png' },
  { what: 'an encoded line break', status: 400, uri: '/files/a.txt%0d%0aRemote-User:%20admin' },
  { what: 'broken escapes', status: 400, uri: '/files/%zz/a.txt' },
  { what: 'overlong UTF-8', status: 400, uri: '/files/%c0%ae%c0%ae/private/a.txt' },
  { what: 'a letter that is encoded', status: 403, uri: '/files/%70rivate/a.txt' },
  { what: 'the guard\u2019s own name encoded', status: 403, uri: '/%66iles/private/a.txt' },
  { what: 'an encoded percent sign, decoded once', status: 200, uri: '/files/%2570rivate/a.txt' },
  { what: 'empty segments', status: 403, uri: '//files///private//a.txt' },
  { what: 'another form of a letter in Unicode', status: 200, uri: '/files/%EF%BD%90rivate/a.txt' },
  { what: 'a name that only begins like the guard\u2019s', status: 403, uri: '/filesystem/a.txt' },
  { what: 'the path of a share that davgate serves', status: 403, uri: '/docs/Handbook.md' },
  { what: 'the root', status: 403, uri: '/' },
  { what: 'OPTIONS of the root', status: 403, uri: '/', method: 'OPTIONS' },
  { what: 'the server as a whole', status: 400, uri: '*', method: 'OPTIONS' },
  { what: 'no path', status: 400, uri: 'files/a.txt' },
  { what: 'a method in lower case', status: 501, method: 'get' },
  { what: 'a method that nobody knows', status: 501, method: 'FROB' },
  { what: 'a Destination that she may not write', status: 403, ...copyTo('/files/private/b.txt') },
  { what: 'a Destination that is encoded', status: 403, ...copyTo('/files/%70rivate/b.txt') },
  { what: 'a Destination with dot segments', status: 400, ...copyTo('/files/x/../private/b.txt') },
  { what: 'a Destination behind no guard', status: 403, ...copyTo('/docs/b.txt') },
  { what: 'a Destination on another server', status: 502, ...copyTo('http://evil.example/files/b.txt') },
  { what: 'no Destination', status: 400, method: 'COPY' },
  {
    what: 'two Destinations',
    status: 400,
    method: 'COPY',
    fields: [
      ['Destination', '/files/b.txt'],
      ['Destination', '/files/private/b.txt'],
    ],
  },
  { what: 'two Authorizations', status: 400, fields: [basicField('eve')] },
  { what: 'a LOCK of all that lies below', status: 403, method: 'LOCK', uri: '/files/' },
  {
    what: 'a LOCK with a broken depth',
    status: 403,
    method: 'LOCK',
    uri: '/files/',
    fields: [['Depth', '0, infinity']],
  },
];

interface Dialect {
  /** The path to ask at, and the fields that the server adds. */
  readonly ask: (uri: string, method: string) => { path: string; method?: string; fields: readonly Field[] };
  /** What the server learns of a status. */
  readonly told?: (headers: Readonly<Record<string, unknown>>) => number;
}

const originals = (uri: string, method: string): readonly Field[] => [
  ['X-Original-URI', uri],
  ['X-Original-Method', method],
];
/** As Caddy 2 and Traefik 3 send them. */
const forwarded = (uri: string, method: string): readonly Field[] => [
  ['X-Forwarded-Method', method],
  ['X-Forwarded-Proto', 'http'],
  ['X-Forwarded-Host', 'files.example.org'],
  ['X-Forwarded-Uri', uri],
  ['X-Forwarded-For', '198.51.100.7'],
];

const dialects: Readonly<Record<string, Dialect>> = {
  nginx: {
    ask: (uri, method) => ({ path: '/nginx', fields: originals(uri, method) }),
    told: (headers) => Number(headers['x-davgate-status'] ?? 200),
  },
  haproxy: { ask: (uri, method) => ({ path: '/haproxy', fields: originals(uri, method) }) },
  caddy: { ask: (uri, method) => ({ path: '/caddy', fields: forwarded(uri, method) }) },
  traefik: {
    ask: (uri, method) => ({
      path: '/traefik',
      fields: [...forwarded(uri, method), ['X-Forwarded-Port', '80'], ['X-Forwarded-Server', 'front']],
    }),
  },
};

describe('a server that asks', () => {
  let site: GuardedSite;
  before(async () => {
    site = await guardedSite();
  });
  after(() => site.dispose());

  for (const [name, { ask, told }] of Object.entries(dialects)) {
    describe(name, () => {
      for (const { what, status, uri = open, method = 'GET', fields = [] } of cases) {
        it(`is told ${status} for ${what}`, async () => {
          const asked = ask(uri, method);
          const sent: Field[] = [
            ['Host', 'files.example.org'],
            ...asked.fields,
            basicField('alice'),
            ...fields,
          ];
          const answer = await askGuard(site.http, asked.path, sent);
          assert.equal(told ? told(answer.headers) : answer.status, status);
          if (told) assert.ok([200, 401, 403].includes(answer.status));
          assert.equal(answer.headers['remote-user'], status === 200 ? 'alice' : undefined);
        });
      }
      it('must say the method and the target once each', async () => {
        const asked = ask(open, 'GET');
        for (let left = 0; left < 5 && left < asked.fields.length; left += 1) {
          const [field, value] = asked.fields[left] ?? ['', ''];
          if (!/-(uri|method)$/i.test(field)) continue;
          const without = asked.fields.filter((_, index) => index !== left);
          const both: Field[] = [...asked.fields, [field, value]];
          for (const sent of [without, both]) {
            const answer = await askGuard(site.http, asked.path, [
              ['Host', 'x'],
              ...sent,
              basicField('alice'),
            ]);
            assert.equal(told ? told(answer.headers) : answer.status, 400, field);
          }
        }
      });
    });
  }

  describe('envoy', () => {
    for (const { what, status, uri = open, method = 'GET', fields = [] } of cases) {
      // What Node's own client cannot send, Envoy cannot either.
      if (/[\\#*]|^files/.test(uri) || ['get', 'FROB'].includes(method)) continue;
      it(`is told ${status} for ${what}`, async () => {
        const sent: Field[] = [['Host', 'files.example.org'], basicField('alice'), ...fields];
        const answer = await askGuard(site.http, `/envoy${uri}`, sent, method);
        assert.equal(answer.status, status);
      });
    }
    it('reads only the target, whatever other fields say', async () => {
      const sent: Field[] = [
        ['Host', 'x'],
        ...originals(open, 'GET'),
        ...forwarded(open, 'GET'),
        basicField('alice'),
      ];
      assert.equal((await askGuard(site.http, `/envoy${closed}`, sent)).status, 403);
    });
  });

  it('is told nothing at any other path', async () => {
    for (const path of [
      '/',
      '/apache',
      '/nginx/',
      '/nginx/../envoy/files/a.txt',
      '/NGINX',
      '/nginxx',
      '/verify',
    ]) {
      const sent: Field[] = [['Host', 'x'], ...originals(open, 'GET'), basicField('alice')];
      assert.equal((await askGuard(site.http, path, sent)).status, 404, path);
    }
  });

  it('with ingress-nginx\u2019s X-Original-URL is judged by its path, and not by both', async () => {
    const method: Field = ['X-Original-Method', 'GET'];
    const url = (path: string): Field => ['X-Original-URL', `https://files.example.org${path}`];
    const ask = async (...sent: Field[]) =>
      (await askGuard(site.http, '/haproxy', [['Host', 'x'], method, basicField('alice'), ...sent])).status;
    assert.equal(await ask(url(`${open}?x`)), 200);
    assert.equal(await ask(url(closed)), 403);
    assert.equal(await ask(url(closed), ['X-Original-URI', open]), 400);
  });

  it('as nginx may keep an answer for a second, to GET and HEAD, and no other', async () => {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'PUT', 'DELETE', 'POST']) {
      const fields: Field[] = [
        ['X-Original-Method', method],
        ['X-Original-URI', open],
      ];
      const ask = (...more: Field[]) => askGuard(site.http, '/nginx', [...fields, ...more]);
      const may = await ask(basicField('alice'));
      const isKept = method === 'GET' || method === 'HEAD';
      assert.equal(may.status, 200);
      assert.equal(may.headers['x-accel-expires'], isKept ? '1' : undefined, method);
      assert.equal(may.headers['cache-control'], isKept ? undefined : 'no-store', method);
      for (const more of [[], [basicField('alice', 'wrong')], [basicField('eve')]]) {
        const refused = await ask(...more);
        assert.notEqual(refused.status, 200);
        assert.deepEqual(
          [refused.headers['x-accel-expires'], refused.headers['cache-control']],
          [undefined, 'no-store'],
        );
      }
    }
  });

  it('learns the whole name and the groups of a user', async () => {
    const answer = await askGuard(site.http, `/envoy${open}`, [['Host', 'x'], basicField('bob')]);
    assert.equal(answer.headers['remote-user'], 'bob');
    assert.equal(answer.headers['remote-groups'], 'readers');
    assert.equal(answer.headers['cache-control'], 'no-store');
  });
});

describe('who is none of the declared proxies', () => {
  it('is told nothing, whatever it sends', async () => {
    const site = await guardedSite((declaration) => {
      declaration.guard = {
        http: { port: 0 },
        proxies: ['192.0.2.1'],
        fastcgi: { port: 0, secretFile: './guard-secret' },
      };
    });
    try {
      for (const fields of [[], [['X-Forwarded-For', '192.0.2.1'] as const]]) {
        const sent: Field[] = [['Host', 'x'], basicField('alice'), ...fields];
        const answer = await askGuard(site.http, `/envoy${open}`, sent);
        assert.deepEqual([answer.status, answer.headers['remote-user']], [403, undefined]);
      }
      await site.davgate.logged(({ msg }) => String(msg).startsWith('asked by a server that is not among'));
      assert.ok(!site.davgate.log.some(({ msg }) => msg === 'verdict'), 'nothing was judged');
    } finally {
      await site.dispose();
    }
  });
});
