import type { Readable } from 'node:stream';
import { SaxesParser } from 'saxes';
import { Failure, isFailure } from '../failure.js';

/** A MERGE body lists a lock token for each path of a commit that was locked. */
const maximumBytes = 16 * 1024 * 1024;

/** A MERGE body that has arrived whole. */
export interface MergeBody {
  readonly bytes: Buffer;
  /** What is merged: the href of the transaction or activity (RFC 3253 section 11.2, `DAV:source`). */
  readonly source: string;
}

/**
 * Reads the body of a MERGE. It is the one svn request whose body names a second resource that is changed, so it must
 * be known before the request is let through.
 * @throws Failure `malformed`, `too-large`
 */
export async function readMerge(body: Readable): Promise<MergeBody> {
  const chunks: Buffer[] = [];
  let size = 0;
  const source: AsyncIterable<Buffer> = body.iterator({ destroyOnReturn: false });
  try {
    for await (const chunk of source) {
      size += chunk.length;
      if (size > maximumBytes) {
        throw new Failure('too-large', `A MERGE may have ${maximumBytes} bytes at most.`);
      }
      chunks.push(chunk);
    }
  } catch (cause) {
    if (isFailure(cause)) throw cause;
    throw new Failure('malformed', 'The body of the MERGE broke off.', { cause });
  }
  const bytes = Buffer.concat(chunks);
  return { bytes, source: mergeSource(bytes) };
}

/**
 * The href of the source of a merge element.
 * @throws Failure `malformed` unless there is exactly one
 */
export function mergeSource(bytes: Buffer): string {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: string[] = [];
  const hrefs: string[] = [];
  const inHref = (): boolean => open.join(' ') === '{DAV:}merge {DAV:}source {DAV:}href';
  parser.on('error', (cause) => {
    throw new Failure('malformed', 'The body of the MERGE is not well-formed XML.', { cause });
  });
  parser.on('doctype', () => {
    throw new Failure('malformed', 'The body of the MERGE must not have a DOCTYPE.');
  });
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && !/^utf-?8$/i.test(encoding)) {
      throw new Failure('malformed', 'The body of the MERGE must be UTF-8.');
    }
  });
  parser.on('opentag', ({ uri, local }) => {
    open.push(`{${uri}}${local}`);
    if (inHref()) hrefs.push('');
  });
  parser.on('closetag', () => {
    open.pop();
  });
  const addText = (text: string): void => {
    if (inHref()) hrefs.push((hrefs.pop() ?? '') + text);
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(decode(bytes)).close();
  const [href, ...others] = hrefs.map((text) => text.trim());
  if (href === undefined || href === '' || others.length > 0) {
    throw new Failure('malformed', 'The body of the MERGE must name one source.');
  }
  return href;
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Failure('malformed', 'The body of the MERGE is not UTF-8.', { cause });
  }
}
