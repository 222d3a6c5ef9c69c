import type { HeaderList } from './message.js';

const scriptable =
  /^(?:text\/html|application\/xhtml\+xml|image\/svg\+xml|(?:text|application)\/xml|[\w.+-]+\/[\w.+-]+\+xml)\b/i;

/** Whether a file may act as a page of this server: `sandboxed` unless the administrator vouches for a share's files. */
export type PageTrust = 'sandboxed' | 'trusted';

/**
 * Fields that keep a file which a browser would run as a page from acting in its reader's name: without them a page
 * that one user uploads could, opened by another, use that one's login on every share of this server.
 */
export function restrictionsOn(contentType: string, trust: PageTrust = 'sandboxed'): HeaderList {
  const sandbox = trust === 'sandboxed' && scriptable.test(contentType);
  return [
    ['X-Content-Type-Options', 'nosniff'],
    ...(sandbox ? [['Content-Security-Policy', 'sandbox'] as const] : []),
  ];
}
