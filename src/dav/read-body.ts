import type { Readable } from 'node:stream';
import { busy } from '../failure.js';
import type { XmlElement } from '../xml/element.js';
import { readXml } from '../xml/tree.js';
import type { ReadContext } from './context.js';

/**
 * Reads a request's XML body; the bytes being read at the same time are limited, for one owner and in all.
 * @returns undefined for an empty body
 * @throws Failure `unavailable` if that limit is reached, and as {@link readXml}
 */
export async function readBody(
  body: Readable,
  { xmlLimits, xmlBytes, owner }: Pick<ReadContext, 'xmlLimits' | 'xmlBytes' | 'owner'>,
): Promise<XmlElement | undefined> {
  const holding = xmlBytes.hold(owner);
  try {
    return await readXml(body, xmlLimits, {
      owner,
      onBytes: ({ length }) => {
        if (holding.grow(length)) return;
        throw busy('The server is reading too many XML bodies at once. Try again.', 5);
      },
    });
  } finally {
    holding.release();
  }
}
