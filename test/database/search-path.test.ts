import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from '../helpers/seeded-fast-check.js';
import { formatSearchPath, parseSearchPath } from '../../src/database/search-path.js';
import { startupOptions } from '../../src/database/postgresql.js';

describe('search_path', () => {
  const cases: Record<string, readonly string[] | undefined> = {
    site_b: ['site_b'],
    ' site_b , public ': ['site_b', 'public'],
    'Site,ÖL': ['site', 'Öl'],
    '"$user", public': ['$user', 'public'],
    '"Site","a ""b"" , c"': ['Site', 'a "b" , c'],
    '"a\\ b"': ['a\\ b'],
    '': undefined,
    ' ': undefined,
    ',a': undefined,
    'a,': undefined,
    'a b': undefined,
    '""': undefined,
    '"a': undefined,
    'a"': undefined,
    '"a""': undefined,
    '1a': undefined,
    'a;b': undefined,
    "'a'": undefined,
    '"a\0"': undefined,
    [`"${'é'.repeat(32)}"`]: undefined,
  };
  for (const [path, schemas] of Object.entries(cases)) {
    test(JSON.stringify(path), () => {
      assert.deepEqual(parseSearchPath(path), schemas);
    });
  }

  test('what is written is read as it was', () => {
    const schema = fc
      .string({ minLength: 1, maxLength: 15, unit: 'grapheme' })
      .filter((name) => !name.includes('\0'));
    fc.assert(
      fc.property(fc.array(schema, { minLength: 1, maxLength: 5 }), (schemas) => {
        fc.pre(schemas.every((name) => Buffer.byteLength(name) < 64));
        assert.deepEqual(parseSearchPath(formatSearchPath(schemas)), schemas);
      }),
    );
  });

  test('a long text is read in time that grows as it does', () => {
    assert.equal(parseSearchPath(`${'a'.repeat(1_000_000)} b`), undefined);
    assert.equal(parseSearchPath(`"${'""'.repeat(1_000_000)}`), undefined);
  });
});

test('startup options keep what PostgreSQL would split at', () => {
  assert.equal(
    startupOptions({ search_path: '"a b",\\c', role: undefined, statement_timeout: 3000 }),
    '-c search_path="a\\ b",\\\\c -c statement_timeout=3000',
  );
});
