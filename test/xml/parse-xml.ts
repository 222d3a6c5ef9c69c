import assert from 'node:assert/strict';
import type { XmlElement } from '../../src/xml/element.js';
import { readXml, type XmlLimits } from '../../src/xml/tree.js';
import { bodyOf } from '../contracts/bodies.js';

/** The root element of a text, read as a body is. */
export async function parseXml(text: string, limits: XmlLimits): Promise<XmlElement> {
  const root = await readXml(bodyOf(text), limits);
  assert.ok(root);
  return root;
}
