import type { Readable } from 'node:stream';
import type { Allowance } from '../async/allowance.js';
import { busy } from '../failure.js';
import type { XmlElement } from '../xml/element.js';
import { readXml, type XmlLimits } from '../xml/tree.js';

/** The bounds on XML bodies, and whose body it is. */
export interface BodyReading {
  readonly xmlLimits: XmlLimits;
  /** Bytes of XML bodies being read, by owner. */
  readonly xmlBytes: Allowance;
  /** The one charged for reading, and who takes turns at it: a user's name, or a key for people without one. */
  readonly owner: string;
}

/**
 * Reads a request's XML body; the bytes being read at the same time are limited, for one owner and in all.
 * @returns undefined for an empty body
 * @throws Failure `unavailable` if that limit is reached, and as {@link readXml}
 */
export async function readBody(
  body: Readable,
  { xmlLimits, xmlBytes, owner }: BodyReading,
): Promise<XmlElement | undefined> {
  return holdingBytes({ xmlBytes, owner }, (hold) =>
    readXml(body, xmlLimits, {
      owner,
      onBytes: ({ length }) => {
        hold(length);
      },
    }),
  );
}

/**
 * Runs `read`, which calls `hold` with the number of bytes that it is about to keep.
 * @throws Failure `unavailable` if too many bytes are being read
 */
export async function holdingBytes<T>(
  { xmlBytes, owner }: Omit<BodyReading, 'xmlLimits'>,
  read: (hold: (bytes: number) => void) => Promise<T>,
): Promise<T> {
  const holding = xmlBytes.hold(owner);
  try {
    return await read((bytes) => {
      if (holding.grow(bytes)) return;
      throw busy('The server is reading too many XML bodies at once. Try again.', 5);
    });
  } finally {
    holding.release();
  }
}
