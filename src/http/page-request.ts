import type { RequestHeaders } from './message.js';

/**
 * Fields that Windows' WebDAV client, Office and other DAV clients send, also with GET; a navigation never has them.
 */
const programFields = (
  'authorization depth destination lock-token timeout translate x-idcrl_accepted x-forms_based_auth_accepted ' +
  'x-office-version'
).split(' ');

/** Programs that identify as Mozilla: Office and FrontPage, KDE's file managers, and more to be safe. */
const programs =
  /ms-?office|microsoft (?:office|outlook|word|excel|powerpoint|data access)|frontpage|webdav|miniredir|\bdav|\bkio|gvfs|\bneon\/|libreoffice|svn/i;

/**
 * Whether a request is a browser's navigation, made by a person who can be sent to a login page. Every other client
 * needs the 401 that makes it ask for a password: davfs2, cadaver, gvfs, curl, svn, Finder's WebDAVFS and Windows'
 * Mini-Redirector do not identify as Mozilla or accept HTML; Office and KDE, which may, are recognized by name or
 * field. In doubt the answer is no: a browser then shows its own prompt.
 */
export function asksForPage(method: string, headers: RequestHeaders): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  if (programFields.some((name) => headers[name] !== undefined)) return false;
  // Android's web views also send this field, with the name of the app.
  if (headers['x-requested-with'] === 'XMLHttpRequest' || !takesHtml(headers.accept)) return false;
  const agent = (headers['user-agent'] ?? '').slice(0, maximumLength);
  if (programs.test(agent)) return false;
  const mode = headers['sec-fetch-mode'];
  return mode === undefined ? agent.startsWith('Mozilla/5.0 (') : mode === 'navigate';
}

/** The most characters of a field to examine: browsers send a few hundred. */
const maximumLength = 4096;

/** Whether the client asks for HTML explicitly; a wildcard does not mean a person. */
function takesHtml(accept: string | undefined): boolean {
  return (accept ?? '')
    .slice(0, maximumLength)
    .split(',')
    .some((range) => {
      const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
      const isHtml = type === 'text/html' || type === 'application/xhtml+xml';
      return isHtml && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
    });
}
