import type { Readable } from 'node:stream';
import { LRUCache } from 'lru-cache';
import { wholeBody } from '../../async/body-chunks.js';
import type { RequestHeaders } from '../../http/message.js';
import { parseXmlBytes } from '../../xml/tree.js';
import { holdingBytes, readBody, type BodyReading } from '../read-body.js';
import { parsePropertyQuery, type PropertyQuery } from './query.js';

/** The longest body to remember, in bytes, and how many. */
const longest = 2048;
const most = 500;

interface AskedQuery {
  readonly headers: RequestHeaders;
  readonly body: Readable;
}

/**
 * What PROPFIND bodies ask for, by their bytes: each client program sends the same few bodies over and over, and parsing
 * one takes as long as the rest of a small response.
 */
export class KnownQueries {
  readonly #queries = new LRUCache<string, PropertyQuery>({ max: most });

  /** @throws Failure as readBody and parsePropertyQuery */
  async read({ headers, body }: AskedQuery, reading: BodyReading): Promise<PropertyQuery> {
    const length = Number(headers['content-length'] ?? 0);
    if (headers['transfer-encoding'] !== undefined || length > Math.min(longest, reading.xmlLimits.size)) {
      return parsePropertyQuery(await readBody(body, reading));
    }
    if (length === 0) return parsePropertyQuery(undefined);
    const bytes = await holdingBytes(reading, (hold) => {
      hold(length);
      return wholeBody(body);
    });
    const key = bytes.toString('latin1');
    const known = this.#queries.get(key);
    if (known) return known;
    const query = parsePropertyQuery(parseXmlBytes(bytes, reading.xmlLimits));
    this.#queries.set(key, query);
    return query;
  }
}
