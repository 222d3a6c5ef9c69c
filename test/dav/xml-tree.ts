import assert from 'node:assert/strict';
import { SaxesParser } from 'saxes';

/** An element as a client reads it, by a parser set up apart from the server's. */
export interface Node {
  /** Clark notation. */
  readonly name: string;
  /** Attributes without namespace declarations, by Clark name. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Child elements. */
  readonly elements: readonly Node[];
  /** The character data directly inside. */
  readonly text: string;
}

interface Growing extends Node {
  readonly elements: Node[];
  text: string;
}

/** Reads a whole document; the test fails if it is not well-formed. */
export function readTree(xml: string): Node {
  const open: Growing[] = [];
  const roots: Node[] = [];
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (tag) => {
    const attributes: Record<string, string> = {};
    for (const { prefix, name, uri, local, value } of Object.values(tag.attributes)) {
      if (prefix !== 'xmlns' && name !== 'xmlns') attributes[`{${uri}}${local}`] = value;
    }
    const node: Growing = { name: `{${tag.uri}}${tag.local}`, attributes, elements: [], text: '' };
    (open.at(-1)?.elements ?? roots).push(node);
    open.push(node);
  });
  parser.on('text', (text) => {
    const parent = open.at(-1);
    if (parent) parent.text += text;
  });
  parser.on('closetag', () => {
    open.pop();
  });
  parser.write(xml).close();
  const [root] = roots;
  assert.ok(root);
  return root;
}

/** The child elements of this name. */
export function all(parent: Node, name: string): readonly Node[] {
  return parent.elements.filter((element) => element.name === name);
}

/** The one child element of this name. */
export function only(parent: Node, name: string): Node {
  const [first, ...others] = all(parent, name);
  assert.ok(first && others.length === 0, `${parent.name} holds ${String(others.length)} more or no ${name}`);
  return first;
}

/** What one response element of a multistatus says. */
export interface MemberAnswer {
  readonly href: string;
  /** The status of the whole, where it has one. */
  readonly status: number | undefined;
  /** Properties by the status that they are told with, then by name. */
  readonly properties: ReadonlyMap<number, ReadonlyMap<string, Node>>;
  /** The name of the condition in an error element. */
  readonly condition: string | undefined;
}

/** The response elements of a multistatus, in order. */
export function readMultistatus(xml: string): MemberAnswer[] {
  const root = readTree(xml);
  assert.equal(root.name, '{DAV:}multistatus');
  return all(root, '{DAV:}response').map((response) => {
    const propstats = all(response, '{DAV:}propstat');
    const status = all(response, '{DAV:}status').map((element) => statusIn(element))[0];
    assert.equal(propstats.length > 0, status === undefined, 'either a status or propstats');
    const statuses = propstats.map((propstat) => statusIn(only(propstat, '{DAV:}status')));
    assert.equal(new Set(statuses).size, statuses.length, 'each status once');
    const [error] = [response, ...propstats].flatMap((holder) => all(holder, '{DAV:}error'));
    return {
      href: only(response, '{DAV:}href').text,
      status,
      properties: new Map(
        propstats.map((propstat, index) => {
          const properties = only(propstat, '{DAV:}prop').elements;
          const byName = new Map(properties.map((property) => [property.name, property]));
          assert.equal(byName.size, properties.length, 'each property once');
          return [statuses[index] ?? 0, byName];
        }),
      ),
      condition: error?.elements[0]?.name,
    };
  });
}

function statusIn({ text }: Node): number {
  const status = /^HTTP\/1\.1 (\d{3}) \S.*$/.exec(text)?.[1];
  assert.ok(status !== undefined, `not a status line: ${text}`);
  return Number(status);
}
