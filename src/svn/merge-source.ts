import type { Readable } from 'node:stream';
import { Failure } from '../failure.js';
import { readXmlBody } from '../xml/read-body.js';
import type { XmlBounds, XmlHandler } from '../xml/strict-parser.js';

/** A MERGE body lists a lock token for each path of a commit that was locked. */
const bounds: XmlBounds = {
  size: 16 * 1024 * 1024,
  depth: 16,
  elements: 1_000_000,
  attributes: 16,
  namespaces: 64,
};

/** A MERGE body that has arrived whole. */
export interface MergeBody {
  readonly bytes: Buffer;
  /** What is merged: the href of the transaction or activity (RFC 3253 section 11.2, `DAV:source`). */
  readonly source: string;
}

/**
 * Reads the body of a MERGE. It is the one svn request whose body names a second resource that is changed, so it must
 * be known before the request is let through.
 * @throws Failure `malformed` unless it names exactly one source, and as {@link readXmlBody}
 */
export async function readMerge(body: Readable): Promise<MergeBody> {
  const chunks: Buffer[] = [];
  const finder = new SourceFinder();
  await readXmlBody(body, bounds, finder, { onBytes: (chunk) => chunks.push(chunk) });
  return { bytes: Buffer.concat(chunks), source: finder.source() };
}

const wayToSource = ['{DAV:}merge', '{DAV:}source', '{DAV:}href'] as const;

/** Finds the href of the source of a merge element. */
class SourceFinder implements XmlHandler {
  #depth = 0;
  /** How many of the innermost open elements, from the root on, lead to the source. */
  #onWay = 0;
  readonly #hrefs: string[] = [];

  open({ uri, local }: { readonly uri: string; readonly local: string }): void {
    if (this.#onWay === this.#depth && wayToSource[this.#depth] === `{${uri}}${local}`) {
      this.#onWay += 1;
      if (this.#onWay === wayToSource.length) this.#hrefs.push('');
    }
    this.#depth += 1;
  }

  close(): void {
    this.#depth -= 1;
    this.#onWay = Math.min(this.#onWay, this.#depth);
  }

  text(characters: string): void {
    if (this.#depth !== wayToSource.length || this.#onWay !== wayToSource.length) return;
    this.#hrefs.push((this.#hrefs.pop() ?? '') + characters);
  }

  source(): string {
    const [href, ...others] = this.#hrefs.map((text) => text.trim());
    if (href === undefined || href === '' || others.length > 0) {
      throw new Failure('malformed', 'The body of the MERGE must name one source.');
    }
    return href;
  }
}
