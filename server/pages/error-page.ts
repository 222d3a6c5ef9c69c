import { STATUS_CODES } from 'node:http';
import { escapeHtml } from './html.js';
import { pageHead, pageTail } from './layout.js';

/** A page that says what went wrong, and the id to name when asking about it. */
export function errorPage(status: number, sentence: string, requestId: string): string {
  const title = `${status} ${STATUS_CODES[status] ?? ''}`.trim();
  return (
    `${pageHead(title)}<h1>${escapeHtml(title)}</h1>\n<p>${escapeHtml(sentence)}</p>\n` +
    `<p class="note">Request <code>${escapeHtml(requestId)}</code></p>\n${pageTail}`
  );
}
