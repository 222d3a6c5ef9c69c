import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

const root = new URL('../../', import.meta.url).pathname;
const text = readFileSync(join(root, 'docs/security.md'), 'utf8');

/** How a promise names its tests: a file and, after it, names of tests or suites in it. */
const reference = /`(test\/[\w./-]+\.ts)`((?:,? “[^”]+”)*)/g;

const references = [...text.matchAll(reference)].map(([, file = '', names = '']) => ({
  file,
  names: [...names.matchAll(/“([^”]+)”/g)].map(([, name = '']) => name),
}));

/** Sources escape what is not ASCII in some names and not in others. */
function plain(source: string): string {
  return source.replace(/\\u([0-9a-f]{4})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

describe('docs/security.md', () => {
  test('names a test for each promise', () => {
    const rows = text.split('\n').filter((line) => /^\| (?!-|promise)/i.test(line));
    assert.ok(rows.length > 20, `${rows.length} promises`);
    for (const row of rows) assert.match(row, new RegExp(reference.source), row);
  });

  for (const { file, names } of references) {
    test(`${file} has the tests it is said to have`, () => {
      assert.ok(existsSync(join(root, file)), 'the file exists');
      const source = plain(readFileSync(join(root, file), 'utf8')).replaceAll('\u2019', "'");
      for (const name of names) assert.ok(source.includes(name.replaceAll('\u2019', "'")), name);
    });
  }
});
