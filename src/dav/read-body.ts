import type { Readable } from 'node:stream';
import { Failure } from '../failure.js';
import type { XmlElement } from '../xml/element.js';
import { readXml } from '../xml/tree.js';
import type { ReadContext } from './context.js';

/**
 * Reads a request's XML body, of which so many bytes may be under way at once for one owner and in all.
 * @returns undefined for an empty body
 * @throws Failure `unavailable` where that is too much now, and as {@link readXml}
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
        throw new Failure('unavailable', 'Too many XML bodies are being read at once. Try again.', {
          headers: [['Retry-After', '5']],
        });
      },
    });
  } finally {
    holding.release();
  }
}
