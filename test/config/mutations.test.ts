import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../helpers/seeded-fast-check.js';
import { declaring, site, staticShare, svnShare, webdavShare } from './site.js';

/** One that says something of everything. */
const sound = declaring(
  [
    { ...staticShare, require: { staff: false, groups: ['editors'] } },
    {
      ...webdavShare,
      quota: '2 KiB',
      hide: ['*.tmp'],
      write: { permission: 'docs.change_document' },
      rules: [{ path: '/secret', require: { superuser: true }, write: false }],
    },
    svnShare,
    { path: '/scratch', kind: 'webdav', storage: { module: './scratch.js', options: { size: 3 } } },
  ],
  {
    listen: { host: '127.0.0.1', port: 8080 },
    publicOrigin: 'https://files.example.org',
    trustedProxies: ['10.0.0.0/8', '::1'],
    throttle: { user: { failures: 3, seconds: 10 }, counter: 'state' },
    limits: { xmlBytes: 2000, connections: 20, requests: 10, requestsPerUser: 5 },
    metrics: { port: 9000 },
    state: 'sqlite:./var/state.sqlite3',
  },
);

const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    ...[
      -1,
      0,
      1e308,
      2 ** 53,
      '',
      '/',
      '//',
      '/..',
      '/docs/../media',
      '\0',
      '%2e',
      'sqlite:',
      'postgresql://',
    ],
    ...['sqlite:./db.sqlite3?x=%', 'http://[', 'https://a b', '__proto__', '\ud800', 'a'.repeat(5000), null],
    ...[[], {}, [[]], { path: '/x' }, { kind: 'svn' }],
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
);

/** What is done to one place in the tree. */
const mutation = fc.record({
  steps: fc.array(fc.nat(20), { maxLength: 5 }),
  act: fc.constantFrom('replace', 'remove', 'add', 'rename', 'repeat'),
  name: fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom('__proto__', 'constructor', 'path', 'root', 'kind'),
  ),
  value: odd,
});
type Mutation = typeof mutation extends fc.Arbitrary<infer M> ? M : never;

function mutated(node: unknown, { steps, ...rest }: Mutation): unknown {
  const { act, name, value } = rest;
  if (typeof node !== 'object' || node === null || steps.length === 0) return value;
  const entries: [string, unknown][] = Object.entries(node);
  const [step = 0, ...further] = steps;
  const index = entries.length === 0 ? 0 : step % entries.length;
  const [key, inner] = entries[index] ?? ['', undefined];
  const deeper = further.length > 0 && typeof inner === 'object' && inner !== null;
  if (deeper) entries[index] = [key, mutated(inner, { steps: further, ...rest })];
  else if (act === 'replace') entries[index] = [key, value];
  else if (act === 'remove') entries.splice(index, 1);
  else if (act === 'rename') entries[index] = [name, inner];
  else entries.push([act === 'add' ? name : `${key} again`, act === 'add' ? value : inner]);
  return Array.isArray(node) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}

test('a declaration with anything changed in it loads, or is refused with the places of what is wrong', (t) => {
  const { problems } = site(t);
  assert.deepEqual(problems(sound), []);
  let refused = 0;
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
      const found = problems(mutations.reduce<unknown>(mutated, sound));
      if (found.length > 0) refused += 1;
      assert.ok(
        found.every((line) => !/\n\s+at /.test(line)),
        found.join('\n'),
      );
    }),
    { numRuns: 1500 },
  );
  assert.ok(refused > 500, `${refused} refused`);
});

test('so is one whose text is broken anywhere', (t) => {
  const { problems } = site(t);
  const text = JSON.stringify(sound, null, 1);
  fc.assert(
    fc.property(
      fc.nat(text.length),
      fc.nat(8),
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 6 }),
        fc.constantFrom('{', '[', '"', '\\', ',', '\u2028'),
      ),
      (place, length, inserted) => {
        const found = problems(text.slice(0, place) + inserted + text.slice(place + length));
        assert.ok(
          found.every((line) => !/\n\s+at /.test(line)),
          found.join('\n'),
        );
      },
    ),
    { numRuns: 1500 },
  );
});
