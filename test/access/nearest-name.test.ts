import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../helpers/seeded-fast-check.js';
import { edits, nearestName } from '../../src/access/nearest-name.js';

const names = [
  'repos.commit_sourcecode',
  'repos.view_repository',
  'docs.view_document',
  'editors',
  'Süd Büro',
];

const cases: readonly (readonly [name: string, near: string | undefined])[] = [
  ['repos.comit_sourcecode', 'repos.commit_sourcecode'],
  ['repos.commit_sourcecod', 'repos.commit_sourcecode'],
  ['repos.commti_sourcecode', 'repos.commit_sourcecode'],
  ['Repos.Commit_SourceCode', 'repos.commit_sourcecode'],
  ['repo.commit_sourcecode', 'repos.commit_sourcecode'],
  ['other_app.view_document', 'docs.view_document'],
  ['Editors', 'editors'],
  [' editors ', 'editors'],
  ['editor', 'editors'],
  ['Su\u0308d Bu\u0308ro', 'Süd Büro'],
  ['nothing like it', undefined],
  ['', undefined],
  ['x', undefined],
  ['e'.repeat(10_000), undefined],
];
for (const [name, near] of cases) {
  test(`what comes near ${JSON.stringify(name.slice(0, 30))}`, () => {
    assert.equal(nearestName(name, names), near);
  });
}

test('edits count letters put in, taken out, changed and swapped, the same both ways', () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(word, word, (one, other) => {
      const distance = edits(one, other);
      assert.equal(distance === 0, one === other);
      assert.equal(distance, edits(other, one));
      assert.ok(distance <= Math.max(one.length, other.length));
      assert.ok(distance >= Math.abs(one.length - other.length));
    }),
  );
});
