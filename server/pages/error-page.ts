import { STATUS_CODES } from 'node:http';
import { escapeHtml } from './html.js';
import { pageHead, pageTail } from './layout.js';

/** The page that explains an error. It shows the request id, for questions to the administrator. */
export function errorPage(status: number, sentence: string, requestId: string): string {
  const title = `${status} ${STATUS_CODES[status] ?? ''}`.trim();
  return (
    `${pageHead(title)}<h1>${escapeHtml(title)}</h1>\n<p>${escapeHtml(sentence)}</p>\n` +
    `<p class="note">Request <code>${escapeHtml(requestId)}</code></p>\n${pageTail}`
  );
}
