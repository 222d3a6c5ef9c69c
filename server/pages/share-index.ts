import type { Identity } from '../../src/access/identity.js';
import type { ShareKind } from '../../src/access/required-access.js';
import type { HttpResponse } from '../../src/http/message.js';
import { hrefOf, rootPath, within } from '../../src/http/target.js';
import type { MountedShare } from '../shares.js';
import { known } from '../state.js';
import { escapeHtml } from './html.js';
import { pageHead, pageHeaders, pageTail } from './layout.js';

const kinds: Readonly<Record<ShareKind, string>> = {
  webdav: 'Folder to mount (WebDAV)',
  svn: 'Subversion repositories',
  static: 'Files to read',
};

/** The shares that are open to a user, and what he may do there. */
export function shareIndex(shares: readonly MountedShare[], identity: Identity): HttpResponse {
  const root = known(within(rootPath, rootPath));
  const open = shares.flatMap(({ kind, declared: { path, policy } }) => {
    if (!policy.decide(identity, 'read', root).allowed) return [];
    const writes = policy.decide(identity, 'write', root).allowed;
    return [
      `<tr><td><a href="${hrefOf(path, true)}">${escapeHtml(path)}</a></td><td>${kinds[kind]}</td>` +
        `<td>${writes ? 'read and write' : 'read'}</td></tr>\n`,
    ];
  });
  const list =
    open.length === 0
      ? '<p class="note">No share is open to you. Ask whoever looks after the site for the permission you need.</p>\n'
      : `<table>\n<thead><tr><th>Share</th><th>What it is</th><th>You may</th></tr></thead>\n<tbody>\n${open.join('')}</tbody>\n</table>\n`;
  const body = Buffer.from(`${pageHead('Shares', identity.username)}<h1>Shares</h1>\n${list}${pageTail}`);
  return { status: 200, headers: [...pageHeaders, ['Content-Length', String(body.length)]], body };
}
