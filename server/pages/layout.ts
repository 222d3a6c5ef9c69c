import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { HeaderList } from '../../src/http/message.js';
import { escapeHtml } from './html.js';

const style = readFileSync(new URL('./style.css', import.meta.url), 'utf8');
const styleHash = createHash('sha256').update(style).digest('base64');

export const pageType = 'text/html; charset=utf-8';

export const noSniffing = ['X-Content-Type-Options', 'nosniff'] as const;

/** Pages run no scripts and load nothing. The policy names their only style sheet by its hash. */
export const pageRestrictions: HeaderList = [
  [
    'Content-Security-Policy',
    `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  ],
  ['Referrer-Policy', 'same-origin'],
  noSniffing,
];

export const pageHeaders: HeaderList = [
  ['Content-Type', pageType],
  ['Cache-Control', 'private, no-cache'],
  ...pageRestrictions,
];

/** The query with which a person signs in where that is not required. */
export const signInQuery = 'sign-in';

export interface PageReader {
  /** Undefined if they have not signed in. */
  readonly username: string | undefined;
}

/** The HTML before the page's own content. @param reader undefined if the page is the same for everybody */
export function pageHead(title: string, reader?: PageReader): string {
  const who = reader ? `<p class="who">${whoInWords(reader)}</p>` : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<header><a class="home" href="/">davgate</a>${who}</header>
<main>
`;
}

function whoInWords({ username }: PageReader): string {
  return username === undefined
    ? `<a href="?${signInQuery}">Sign in</a>`
    : `Signed in as <b>${escapeHtml(username)}</b>`;
}

export const pageTail = '</main>\n</body>\n</html>\n';
