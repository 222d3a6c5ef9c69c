import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emptyDocument, replaceSection } from './document.js';

describe('docs/benchmarks.md', () => {
  it('keeps what is written by hand, and the other section, when it is written again', () => {
    const byHand = 'The GET of 512 MB costs 410 ms of $& and \\1.';
    const first = replaceSection(emptyDocument, 'table', '| a | 1 |').replace(
      'This part is written by hand.',
      () => byHand,
    );
    const grown = replaceSection(first, 'growth', '| b | 2 |');
    const again = replaceSection(grown, 'table', '| a | $& |');
    assert.ok(again.includes(byHand));
    assert.ok(again.includes('| b | 2 |'));
    assert.ok(again.includes('| a | $& |'));
    assert.ok(!again.includes('| a | 1 |'));
  });

  it('is the same after the same run', () => {
    const once = replaceSection(emptyDocument, 'table', 'text\n');
    assert.equal(replaceSection(once, 'table', 'text'), once);
  });

  it('is left alone if its marks are gone, or there twice', () => {
    assert.throws(() => replaceSection('# Benchmarks\n', 'table', 'text'), /must have these marks/);
    assert.throws(
      () => replaceSection(emptyDocument + emptyDocument, 'table', 'text'),
      /must have these marks/,
    );
  });
});
