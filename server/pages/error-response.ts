import { STATUS_CODES } from 'node:http';
import { conditionElement } from '../../src/dav/xml/multistatus.js';
import { statusOf, type Failure } from '../../src/failure.js';
import type { HttpResponse } from '../../src/http/message.js';
import { svnErrorBody, svnErrorType } from '../../src/svn/error-body.js';
import { escapeText } from '../../src/xml/escape.js';
import { noSniffing, pageRestrictions, pageType, pageHead, pageTail } from './layout.js';
import { escapeHtml } from './html.js';

export interface ErrorRequest {
  readonly accept: string | undefined;
  /** Whether the client understands svn's error format. */
  readonly svn: boolean;
  readonly requestId: string;
}

/**
 * The response for a failure, in the form that the client understands: a page for a browser, mod_dav_svn's XML for svn,
 * RFC 4918's error element if the failure has a condition code, and otherwise plain text.
 */
export function errorResponse(failure: Failure, { accept, svn, requestId }: ErrorRequest): HttpResponse {
  const status = statusOf(failure.kind);
  const [contentType, text] = ((): readonly [string, string] => {
    if (accept?.includes('text/html') === true) {
      return [pageType, errorPage(status, failure.message, requestId)];
    }
    if (svn) return [svnErrorType, svnErrorBody(failure.message)];
    if (failure.condition !== undefined)
      return ['application/xml; charset=utf-8', davError(failure.condition, failure)];
    return [
      'text/plain; charset=utf-8',
      `${status} ${STATUS_CODES[status] ?? ''}\n${failure.message}\nRequest: ${requestId}\n`,
    ];
  })();
  const body = Buffer.from(text);
  return {
    status,
    headers: [
      ['Content-Type', contentType],
      ['Content-Length', String(body.length)],
      ['Cache-Control', 'no-store'],
      ...(contentType === pageType ? pageRestrictions : [noSniffing]),
      ...failure.headers,
    ],
    body,
  };
}

/** RFC 4918 section 14.5. The comment beside the condition is for people who read traces. */
function davError(condition: string, { message, hrefs }: Failure): string {
  return (
    '<?xml version="1.0" encoding="utf-8"?>\n' +
    `<D:error xmlns:D="DAV:">${conditionElement(condition, hrefs)}<!-- ${escapeText(message).replace(/-(?=-)/g, '- ')} --></D:error>\n`
  );
}

/** The page that explains an error. It shows the request id, for questions to the administrator. */
export function errorPage(status: number, sentence: string, requestId: string): string {
  const title = `${status} ${STATUS_CODES[status] ?? ''}`.trim();
  return (
    `${pageHead(title)}<h1>${escapeHtml(title)}</h1>\n<p>${escapeHtml(sentence)}</p>\n` +
    `<p class="note">Request <code>${escapeHtml(requestId)}</code></p>\n${pageTail}`
  );
}
