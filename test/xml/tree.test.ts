import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { clarkName, davChild, elementsOf, fromClarkName, languageOf } from '../../src/xml/element.js';
import { readXml } from '../../src/xml/tree.js';
import type { FailureKind } from '../../src/failure.js';
import { bodyOf, brokenBody, openBody } from '../contracts/bodies.js';
import { failing } from '../contracts/failing.js';
import { davSite } from '../dav/dav-site.js';
import { xmlLimits } from '../dav/limits.js';
import { parseXml } from './parse-xml.js';

const read = (body: string | Buffer) => readXml(bodyOf(body), xmlLimits);
const entity = '<!ENTITY a "boom">';
const laughs = Array.from(
  { length: 9 },
  (_, index) => `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">`,
).join('');
const utf16 = (text: string, order: 'LE' | 'BE', mark = true): Buffer => {
  const bytes = Buffer.from((mark ? '\ufeff' : '') + text, 'utf16le');
  return order === 'LE' ? bytes : bytes.swap16();
};

describe('an XML body that is an attack or a mistake', () => {
  const bodies: readonly [string, string | Buffer, FailureKind][] = [
    ['a DOCTYPE', '<!DOCTYPE a><a/>', 'malformed'],
    ['a DOCTYPE in lower case', '<!doctype a><a/>', 'malformed'],
    ['an entity', `<!DOCTYPE a [${entity}]><a>&a;</a>`, 'malformed'],
    ['a billion laughs', `<!DOCTYPE a [<!ENTITY l0 "lol">${laughs}]><a>&l9;</a>`, 'malformed'],
    ['an external entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', 'forbidden'],
    ['an external DTD', '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a/>', 'forbidden'],
    ['a parameter entity', '<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///x"> %x;]><a/>', 'forbidden'],
    ['an undeclared entity', '<a>&nbsp;</a>', 'malformed'],
    ['a DOCTYPE that never ends', `<!DOCTYPE a [${'<!ENTITY a "b">'.repeat(10_000)}`, 'malformed'],
    ['65 elements inside each other', '<a>'.repeat(65) + '</a>'.repeat(65), 'malformed'],
    ['a hundred thousand elements inside each other', '<a>'.repeat(100_000), 'malformed'],
    ['65 attributes', `<a ${many(65)}/>`, 'malformed'],
    ['a hundred thousand attributes', `<a ${many(70_000)}/>`, 'malformed'],
    ['65 namespaces', `<a ${many(65, 'xmlns:')}/>`, 'malformed'],
    ['a namespace too many in all', `<a>${'<b xmlns="x:"/>'.repeat(1001)}</a>`, 'too-large'],
    ['ten thousand and one elements', `<a>${'<b/>'.repeat(10_000)}</a>`, 'too-large'],
    ['a megabyte and one byte', `<a>${'x'.repeat(1024 * 1024 - 6)}</a>`, 'too-large'],
    ['an element left open', '<a><b></b>', 'malformed'],
    ['half a tag', '<a><b', 'malformed'],
    ['an element closed wrongly', '<a></b>', 'malformed'],
    ['text after the end', '<a/>junk', 'malformed'],
    ['a second document', '<a/><b/>', 'malformed'],
    ['text before the start', 'junk<a/>', 'malformed'],
    ['white space alone', ' \n ', 'malformed'],
    ['a declaration alone', '<?xml version="1.0"?>', 'malformed'],
    ['a comment alone', '<!-- a -->', 'malformed'],
    ['JSON', '{"a": 1}', 'malformed'],
    ['a prefix that is not declared', '<x:a/>', 'malformed'],
    ['an attribute\u2019s prefix that is not declared', '<a x:b="c"/>', 'malformed'],
    ['a prefix declared as nothing', '<x:a xmlns:x=""/>', 'malformed'],
    ['the prefix xmlns declared', '<a xmlns:xmlns="x:"/>', 'malformed'],
    ['the prefix xml declared anew', '<a xmlns:xml="x:"/>', 'malformed'],
    ['an attribute twice', '<a b="1" b="2"/>', 'malformed'],
    ['an attribute twice by namespace', '<a xmlns:x="u:" xmlns:y="u:" x:b="1" y:b="2"/>', 'malformed'],
    ['an attribute without quotes', '<a b=c/>', 'malformed'],
    ['a bare ampersand', '<a>b & c</a>', 'malformed'],
    ['a less-than in an attribute', '<a b="<"/>', 'malformed'],
    ['a control character', '<a>\u0001</a>', 'malformed'],
    ['a reference to a control character', '<a>&#1;</a>', 'malformed'],
    ['a reference to NUL', '<a>&#0;</a>', 'malformed'],
    ['a reference to half a character', '<a>&#xD800;</a>', 'malformed'],
    ['bytes that are not UTF-8', Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e]), 'malformed'],
    ['overlong UTF-8', Buffer.from([0x3c, 0x61, 0x3e, 0xc0, 0xbc, 0x3c, 0x2f, 0x61, 0x3e]), 'malformed'],
    ['UTF-8 cut in a character', Buffer.from('<a>\u00e4').subarray(0, 4), 'malformed'],
    ['UTF-16 without a byte order mark', utf16('<a/>', 'LE', false), 'malformed'],
    ['UTF-16 of an odd length', utf16('<a/>', 'LE').subarray(0, -1), 'malformed'],
    ['UTF-16 with half a character', utf16('<a>\ud800</a>', 'BE'), 'malformed'],
    ['UTF-32', Buffer.from([0, 0, 0xfe, 0xff, 0, 0, 0, 0x3c]), 'malformed'],
    ['Latin-1', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>', 'unsupported-media-type'],
    ['UTF-7', '<?xml version="1.0" encoding="UTF-7"?><a/>', 'unsupported-media-type'],
    [
      'an encoding of the imagination',
      '<?xml version="1.0" encoding="utf-8x"?><a/>',
      'unsupported-media-type',
    ],
    ['a declaration in the middle', '<a><?xml version="1.0"?></a>', 'malformed'],
  ];
  for (const [what, body, kind] of bodies) {
    test(`with ${what} is ${kind}`, async () => {
      await assert.rejects(read(body), failing(kind));
    });
  }

  test('is refused by every method that reads XML, and changes nothing', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file');
    const body = `<!DOCTYPE D:propertyupdate [${entity}]><D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><p xmlns="x:">&a;</p></D:prop></D:set></D:propertyupdate>`;
    assert.equal((await site.ask('PROPPATCH', '/docs/file', { body })).status, 400);
    assert.equal(await site.markAt('/docs/file'), undefined);
    const question = `<!DOCTYPE propfind [${entity}]><propfind xmlns="DAV:"><allprop/></propfind>`;
    assert.equal((await site.ask('PROPFIND', '/docs/file', { body: question })).status, 400);
  });

  test('that breaks off is malformed', async () => {
    await assert.rejects(readXml(brokenBody('<a>'), xmlLimits), failing('malformed'));
  });

  test('that is too large is refused before it ends, and its socket lives on', async () => {
    const body = openBody();
    const reading = readXml(body, { ...xmlLimits, size: 10 });
    body.push('<a>12345678');
    await assert.rejects(reading, failing('too-large'));
    assert.equal(body.destroyed, false);
  });
});

describe('an XML body', () => {
  test('of no bytes is none', async () => {
    assert.equal(await read(''), undefined);
    assert.equal(await readXml(Readable.from([]), xmlLimits), undefined);
  });

  test('may be as large and as deep and have as many attributes as the limits say', async () => {
    assert.ok(await read(`<a>${'x'.repeat(1024 * 1024 - 7)}</a>`));
    assert.ok(await read('<a>'.repeat(64) + '</a>'.repeat(64)));
    assert.equal((await read(`<a ${many(64)}/>`))?.attributes.length, 64);
    const wide = await read(`<a>${'<b/>'.repeat(9_999)}</a>`);
    assert.equal(wide?.children.length, 9_999);
  });

  const same: readonly [string, string | Buffer][] = [
    ['UTF-8', '<a>\u00e4\u{1f600}</a>'],
    ['UTF-8 with a byte order mark', '\ufeff<a>\u00e4\u{1f600}</a>'],
    ['UTF-8 by name', '<?xml version="1.0" encoding="utf-8"?><a>\u00e4\u{1f600}</a>'],
    ['UTF-8 by an old name', '<?xml version="1.0" encoding="UTF8"?><a>\u00e4\u{1f600}</a>'],
    ['UTF-16 little-endian', utf16('<?xml version="1.0" encoding="UTF-16"?><a>\u00e4\u{1f600}</a>', 'LE')],
    ['UTF-16 big-endian', utf16('<a>\u00e4\u{1f600}</a>', 'BE')],
    ['references', '<a>&#228;&#x1F600;</a>'],
    ['CDATA', '<a><![CDATA[\u00e4\u{1f600}]]></a>'],
    ['comments and instructions around it', '<!-- x --><?x y?><a>\u00e4\u{1f600}</a><!-- z -->\n'],
  ];
  for (const [what, body] of same) {
    test(`is the same in ${what}`, async () => {
      const root = await read(body);
      assert.equal(root?.local, 'a');
      const text = root.children.filter((child) => typeof child === 'string');
      assert.equal(text.join(''), '\u00e4\u{1f600}');
    });
  }

  test('is the same however it is cut into chunks', async () => {
    const bytes = Buffer.from('<a xmlns="\u00e4:"><b c="\u{1f600}">\u65e5&amp;</b></a>');
    const whole = await read(bytes);
    const single = await readXml(bodyOf(...Array.from(bytes, (byte) => Buffer.of(byte))), xmlLimits);
    assert.deepEqual(single, whole);
  });

  test('gives elements, attributes and text with their namespaces, and no declarations', async () => {
    const root = await parseXml('<x:a xmlns:x="u:" xmlns="d:" b="1" x:c="2">t<e/>\n</x:a>', xmlLimits);
    assert.deepEqual(root, {
      namespace: 'u:',
      prefix: 'x',
      local: 'a',
      attributes: [
        { namespace: '', prefix: '', local: 'b', value: '1' },
        { namespace: 'u:', prefix: 'x', local: 'c', value: '2' },
      ],
      children: ['t', { namespace: 'd:', prefix: '', local: 'e', attributes: [], children: [] }, '\n'],
    });
  });
});

test('an element is asked for its name, its members and its language', async () => {
  const root = await parseXml(
    '<a xmlns:D="DAV:" xml:lang="de">t<prop/><D:prop n="1"/><D:prop n="2"/></a>',
    xmlLimits,
  );
  assert.equal(clarkName(root), '{}a');
  assert.deepEqual(elementsOf(root).map(clarkName), ['{}prop', '{DAV:}prop', '{DAV:}prop']);
  assert.equal(davChild(root, 'prop')?.attributes[0]?.value, '1');
  assert.equal(davChild(root, 'other'), undefined);
  assert.equal(languageOf(root), 'de');
  assert.deepEqual(elementsOf(root).map(languageOf), [undefined, undefined, undefined]);
});

test('a Clark name is taken apart at the brace that ends it', () => {
  assert.deepEqual(fromClarkName('{DAV:}prop'), { namespace: 'DAV:', local: 'prop' });
  assert.deepEqual(fromClarkName('{}prop'), { namespace: '', local: 'prop' });
  assert.deepEqual(fromClarkName('{x:}}prop'), { namespace: 'x:}', local: 'prop' });
});

function many(count: number, prefix = ''): string {
  return Array.from({ length: count }, (_, index) => `${prefix}n${index}="v"`).join(' ');
}
