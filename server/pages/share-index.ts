import type { HttpResponse } from '../../src/http/message.js';
import { hrefOf, type ServerPath } from '../../src/http/target.js';
import { escapeHtml } from './html.js';
import { pageHead, pageHeaders, pageTail } from './layout.js';

/** A share that is open to the user. */
export interface ListedShare {
  readonly path: ServerPath;
  /** The kind of share, in words. */
  readonly what: string;
  readonly isWritable: boolean;
}

/**
 * The page that lists the shares that are open to a person, and what they may do there.
 * @param username undefined if they have not signed in
 */
export function shareIndex(shares: readonly ListedShare[], username: string | undefined): HttpResponse {
  const open = shares.map(
    ({ path, what, isWritable }) =>
      `<tr><td><a href="${hrefOf(path, true)}">${escapeHtml(path)}</a></td><td>${escapeHtml(what)}</td>` +
      `<td>${isWritable ? 'read and write' : 'read'}</td></tr>\n`,
  );
  const list =
    open.length === 0
      ? '<p class="note">No share is open to you. Ask the administrator of the site for the permission you need.</p>\n'
      : `<table>\n<thead><tr><th>Share</th><th>Type</th><th>Your access</th></tr></thead>\n<tbody>\n${open.join('')}</tbody>\n</table>\n`;
  const body = Buffer.from(`${pageHead('Shares', { username })}<h1>Shares</h1>\n${list}${pageTail}`);
  return { status: 200, headers: [...pageHeaders, ['Content-Length', String(body.length)]], body };
}
