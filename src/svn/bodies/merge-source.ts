import { Failure } from '../../failure.js';
import type { XmlHandler } from '../../xml/strict-parser.js';

const wayToSource = ['{DAV:}merge', '{DAV:}source', '{DAV:}href'] as const;
/** The longest href, in UTF-16 code units. */
const longest = 32 * 1024;

/**
 * Finds the href of the source in a merge element (RFC 3253 section 11.2): the transaction or activity to commit.
 * MERGE is the only svn request whose body names a second resource to change.
 */
export class SourceFinder implements XmlHandler {
  #depth = 0;
  /** How many of the open elements, counted from the root, lie on the way to the source. */
  #onWay = 0;
  readonly #hrefs: string[] = [];

  open({ uri, local }: { readonly uri: string; readonly local: string }): void {
    if (this.#onWay === this.#depth && wayToSource[this.#depth] === `{${uri}}${local}`) {
      this.#onWay += 1;
      if (this.#onWay === wayToSource.length) {
        if (this.#hrefs.length > 0) throw notOne();
        this.#hrefs.push('');
      }
    }
    this.#depth += 1;
  }

  close(): void {
    this.#depth -= 1;
    this.#onWay = Math.min(this.#onWay, this.#depth);
  }

  text(characters: string): void {
    if (this.#depth !== wayToSource.length || this.#onWay !== wayToSource.length) return;
    const href = (this.#hrefs.pop() ?? '') + characters;
    if (href.length > longest) throw notOne();
    this.#hrefs.push(href);
  }

  /** @throws Failure `malformed` unless there is exactly one */
  source(): string {
    const href = this.#hrefs[0]?.trim();
    if (href === undefined || href === '') throw notOne();
    return href;
  }
}

function notOne(): Failure {
  return new Failure('malformed', 'The body of the MERGE must name exactly one source.');
}
