import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { signedJson, timestampSigner } from '../../../src/django/sessions/signed-json.js';
import { siteOfSuite } from './setting.js';

/** `value` signed as Django would, if it ever signed such a thing. */
function signed(value: string, salt: string, secret: string): string {
  const key = createHash('sha256').update(`${salt}signer${secret}`).digest();
  return `${value}:${createHmac('sha256', key).update(value).digest('base64url')}`;
}

const base64 = (text: string) => Buffer.from(text).toString('base64url');

describe('what django.core.signing wrote', () => {
  const site = siteOfSuite();
  const cases: Record<string, { value: unknown; salt?: string; key?: string; at?: number }> = {
    null: { value: null },
    'an empty text': { value: '' },
    'a number': { value: -12.5 },
    'an object': { value: { a: [1, { b: 'c:d' }], 'e.f': false } },
    'text outside ASCII': { value: 'Ünïcode ☃ 𝄞 \u0000 \ud800' },
    'a key named as a prototype': { value: JSON.parse('{"__proto__": {"x": 1}}') },
    'much text': { value: 'tide '.repeat(1000) },
    'an empty salt': { value: 1, salt: '' },
    'a salt and a key outside ASCII': { value: 1, salt: 'sälz:☃', key: 'schlüssel ☃' },
    'a long key': { value: 1, key: 'k'.repeat(500) },
    'the first second': { value: 1, at: 0 },
    'second 61': { value: 1, at: 61 },
    'second 62': { value: 1, at: 62 },
    'the year 2100': { value: 1, at: 4_102_444_800 },
  };
  for (const [what, { value, salt = 'a.salt', key = 'a key', at = 1_770_000_000 }] of Object.entries(cases)) {
    for (const compress of [false, true]) {
      test(`${what}, compress = ${String(compress)}`, async () => {
        // Python takes an empty salt for none and names the class instead.
        const text = await site().sign(value, salt, key, compress, at);
        const expected = { content: value, signedAt: at };
        const named = salt === '' ? 'django.core.signing.TimestampSigner' : salt;
        assert.deepEqual(signedJson(named, [key])(text), expected);
        assert.deepEqual(signedJson(named, ['new', 'newer', key])(text), expected);
        assert.equal(signedJson(named, ['new'])(text), undefined);
        assert.equal(signedJson(`${named}x`, [key])(text), undefined);
      });
    }
  }

  test('matches a string that Django 5.2 wrote', () => {
    const text = 'eyJ0aWRlIjoiaGlnaCJ9:1vmjr6:5zeCOxl0FMSRMzh487JjnIISi6HkcbHGqdb2dx2wdTQ';
    assert.deepEqual(signedJson('a.salt', ['a key'])(text), {
      content: { tide: 'high' },
      signedAt: 1_770_000_000,
    });
  });
});

describe('a signed text that is not what it should be', () => {
  const read = (value: string) => signedJson('salt', ['key'])(signed(value, 'salt', 'key'));

  test('is read where only the making is ours', () => {
    assert.deepEqual(read(`${base64('{"a":1}')}:1`), { content: { a: 1 }, signedAt: 1 });
    assert.deepEqual(read(`.${deflateSync('[2]').toString('base64url')}:z`), { content: [2], signedAt: 61 });
  });

  const broken: Record<string, string> = {
    'no timestamp': base64('1'),
    'an empty timestamp': `${base64('1')}:`,
    'a negative timestamp': `${base64('1')}:-5`,
    'a timestamp that is no number': `${base64('1')}:a_b`,
    'an endless timestamp': `${base64('1')}:${'z'.repeat(100)}`,
    'nothing at all': ':1',
    'no JSON': `${base64('{a: 1}')}:1`,
    'NaN, which Python writes': `${base64('{"a":NaN}')}:1`,
    'no zlib': `.${base64('{}')}:1`,
    'broken zlib': `.${deflateSync('{}').subarray(0, 5).toString('base64url')}:1`,
    'a bomb': `.${deflateSync(`"${'a'.repeat(50_000_000)}"`).toString('base64url')}:1`,
    'too much in plain': `${base64(`"${'a'.repeat(2_000_000)}"`)}:1`,
  };
  for (const [what, value] of Object.entries(broken)) {
    test(`is nothing: ${what}`, () => {
      assert.equal(read(value), undefined);
    });
  }

  test('is nothing without a colon, or empty', () => {
    const signer = timestampSigner('salt', ['key']);
    for (const text of ['', ':', '::', 'a', 'a:b', 'a:b:c']) assert.equal(signer(text), undefined);
  });

  test('is nothing with a signature in another spelling', () => {
    const text = signed(`${base64('1')}:1`, 'salt', 'key');
    const signer = timestampSigner('salt', ['key']);
    assert.equal(signer(text)?.value, base64('1'));
    assert.equal(signer(`${text}=`), undefined);
    assert.equal(signer(`${text} `), undefined);
  });
});
