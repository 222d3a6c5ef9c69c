import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from '../helpers/seeded-fast-check.js';
import { emptyElement } from '../../src/dav/xml/multistatus.js';
import { clarkName, type XmlAttribute, type XmlElement } from '../../src/xml/element.js';
import { escapeAttribute, escapeText } from '../../src/xml/escape.js';
import { serialize } from '../../src/xml/write.js';
import { readTree } from '../dav/xml-tree.js';
import { parseXml } from './parse-xml.js';

const limits = {
  size: Infinity,
  depth: Infinity,
  elements: Infinity,
  attributes: Infinity,
  namespaces: Infinity,
};
const xml = 'http://www.w3.org/XML/1998/namespace';

/** What may stand in an XML document, with much of what needs care. */
const character = fc.oneof(
  fc.constantFrom(
    '&',
    '<',
    '>',
    '"',
    "'",
    '\n',
    '\r',
    '\t',
    ' ',
    ']',
    ']]>',
    '<![CDATA[',
    '&amp;',
    '\u0085',
    '\u2028',
  ),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter(isSpeakable),
);
const text = fc.string({ unit: character, maxLength: 12 });
const name = fc.tuple(
  fc.constantFrom('a', 'Z', '_', '\u00e4', '\u65e5', '\u{10000}'),
  fc.constantFrom('', '1', '-b', '.c', '\u00b7', 'xml'),
);
const local = name.map((parts) => parts.join(''));
const namespace = fc.constantFrom('', 'DAV:', 'x:', 'urn:a', 'http://x/?a&b="<>', '\u00e4\u{1f600}', '{x}');
const prefix = fc.constantFrom('', 'D', 'x', 'a1', '\u00e4');

const plainRecord = { noNullPrototype: true } as const;

const attribute: fc.Arbitrary<XmlAttribute> = fc.oneof(
  fc.record({ namespace: fc.constant(''), prefix: fc.constant(''), local, value: text }, plainRecord),
  fc.record(
    {
      namespace: namespace.filter((value) => value !== ''),
      prefix: prefix.filter((value) => value !== ''),
      local,
      value: text,
    },
    plainRecord,
  ),
  fc.record(
    {
      namespace: fc.constant(xml),
      prefix: fc.constant('xml'),
      local: fc.constantFrom('lang', 'space'),
      value: text,
    },
    plainRecord,
  ),
);

const { tree } = fc.letrec<{ tree: XmlElement }>((tie) => ({
  tree: fc
    .record(
      {
        namespace,
        prefix,
        local,
        attributes: fc.array(attribute, { maxLength: 4 }),
        children: fc.oneof(
          { depthSize: 'small' },
          fc.array(text, { maxLength: 1 }),
          fc.array(fc.oneof(text, tie('tree')), { maxLength: 4 }),
        ),
      },
      plainRecord,
    )
    .map(asParsed),
}));

/** The element as a parser gives it: no two texts side by side, prefixes and attributes that can stand together. */
function asParsed(element: XmlElement): XmlElement {
  const own = element.namespace === '' ? '' : element.prefix;
  const meanings = new Map([[own, element.namespace]]);
  const names = new Set<string>();
  const attributes = element.attributes.filter((one) => {
    const meaning = one.prefix === '' ? one.namespace : (meanings.get(one.prefix) ?? one.namespace);
    if (meaning !== one.namespace || names.has(clarkName(one))) return false;
    if (one.prefix !== '') meanings.set(one.prefix, one.namespace);
    names.add(clarkName(one));
    return true;
  });
  const children: (XmlElement | string)[] = [];
  for (const child of element.children) {
    const last = children.at(-1);
    if (child === '') continue;
    if (typeof child === 'string' && typeof last === 'string') children[children.length - 1] = last + child;
    else children.push(child);
  }
  return { ...element, prefix: own, attributes, children };
}

function written(element: XmlElement, language?: string): string {
  const text = serialize(element, Infinity, language);
  assert.ok(text !== undefined);
  return text;
}

/** One text for what lies between two elements, in which a parser may see several. */
function joined(element: XmlElement): XmlElement {
  const children = element.children.map((child) => (typeof child === 'string' ? child : joined(child)));
  return asParsed({ ...element, children });
}

describe('an element that is written', () => {
  test('is read back as it was', async () => {
    await fc.assert(
      fc.asyncProperty(tree, async (element) => {
        assert.deepEqual(joined(await parseXml(written(element), limits)), element);
      }),
      { numRuns: 2000 },
    );
  });

  test('stands alone wherever it is put', async () => {
    await fc.assert(
      fc.asyncProperty(tree, async (element) => {
        const around = `<D:a xmlns:D="DAV:" xmlns:x="other:">${written(element)}</D:a>`;
        const [inside] = (await parseXml(around, limits)).children;
        assert.ok(typeof inside === 'object');
        assert.deepEqual(joined(inside), element);
      }),
      { numRuns: 500 },
    );
  });

  test('has the language that it inherits', () => {
    fc.assert(
      fc.property(tree, text, (element, language) => {
        const attributes = element.attributes.filter(({ namespace }) => namespace !== xml);
        const root = readTree(written({ ...element, attributes }, language));
        assert.equal(root.attributes[`{${xml}}lang`], language);
      }),
    );
  });
});

describe('text and attribute values', () => {
  const anything = fc.oneof(
    text,
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\0', '\ud800', '\udc00x', '\ufffe', '\u0001'),
  );

  test('are escaped so that they are read back, but for what XML cannot hold', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const expected = Array.from(value, (one) => (isSpeakable(one) ? one : '\ufffd')).join('');
        const root = readTree(`<a b="${escapeAttribute(value)}">${escapeText(value)}</a>`);
        assert.equal(root.text, expected);
        assert.equal(root.attributes['{}b'], expected);
      }),
      { numRuns: 2000 },
    );
  });

  test('stay as they are where nothing needs care', () => {
    const plain = 'Gr\u00fc\u00dfe \u65e5\u672c \u{1f600}\n\t\'"/=:';
    assert.equal(escapeText(plain), plain);
    assert.equal(escapeText('a<b>&c\r'), 'a&lt;b&gt;&amp;c&#13;');
    assert.equal(escapeAttribute('"\n<'), '&quot;&#10;&lt;');
  });
});

test('an empty element has its name and no more', () => {
  fc.assert(
    fc.property(namespace, local, (uri, name) => {
      const root = readTree(`<D:prop xmlns:D="DAV:">${emptyElement(`{${uri}}${name}`)}</D:prop>`);
      const [element, ...others] = root.elements;
      assert.deepEqual(element, { name: `{${uri}}${name}`, attributes: {}, elements: [], text: '' });
      assert.equal(others.length, 0);
    }),
  );
});

/** Whether XML 1.0 can hold the character. */
function isSpeakable(one: string): boolean {
  const code = one.codePointAt(0) ?? 0;
  if (code < 0x20) return code === 9 || code === 10 || code === 13;
  return !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
}
