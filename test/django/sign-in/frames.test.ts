import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { frameOf, FrameReader, mostBytes } from '../../../src/django/sign-in/frames.js';

describe('frames', () => {
  test('come as they were sent, in whatever pieces', () => {
    const value = { name: 'Ælfgifu \u{1fad0}', list: ['\u2028', '"'] };
    const frame = frameOf(value);
    for (const size of [1, 2, 3, 5, frame.length]) {
      const reader = new FrameReader();
      for (let round = 0; round < 2; round += 1) {
        const answers: unknown[] = [];
        for (let at = 0; at < frame.length; at += size)
          answers.push(reader.push(frame.subarray(at, at + size)));
        assert.deepEqual(answers.pop(), value);
        assert.deepEqual([...new Set(answers)], answers.length === 0 ? [] : [undefined]);
      }
    }
  });

  test('have a longest length, both ways', () => {
    const longest = { text: 'x'.repeat(mostBytes - 11) };
    assert.deepEqual(new FrameReader().push(frameOf(longest)), longest);
    assert.throws(() => frameOf({ text: `${longest.text}x` }), RangeError);
    const head = Buffer.alloc(4);
    for (const length of [mostBytes + 1, 0xffffffff]) {
      head.writeUInt32BE(length);
      assert.throws(() => new FrameReader().push(head), RangeError, 'before any of its content came');
    }
    const reader = new FrameReader();
    head.writeUInt32BE(mostBytes);
    reader.push(head);
    assert.throws(() => reader.push(Buffer.alloc(mostBytes + 1)), RangeError);
  });

  test('that are two at once, or no JSON, are refused', () => {
    const frame = frameOf({ user: '1' });
    assert.throws(() => new FrameReader().push(Buffer.concat([frame, frame])), RangeError);
    assert.throws(() => new FrameReader().push(Buffer.from('print: alice\n')), RangeError);
    assert.throws(() => new FrameReader().push(Buffer.from('\0\0\0\x02{]')), SyntaxError);
    assert.throws(() => new FrameReader().push(Buffer.alloc(4)), SyntaxError);
  });
});
