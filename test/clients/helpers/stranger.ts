import assert from 'node:assert/strict';
import { request, type OutgoingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';

/** What a stranger might tell the kinds of shares, and a share from none, apart by: paths below each. */
export const rests = [
  '',
  '/',
  '/sample',
  '/sample/!svn/me',
  '/none/',
  '/a%5Cb',
  '/a%01b',
  '/e%CC%81',
  '/a?p=2',
];
export const methods = [
  'GET',
  'HEAD',
  'OPTIONS',
  'PROPFIND',
  'REPORT',
  'PUT',
  'MKCOL',
  'MERGE',
  'LOCK',
  'COPY',
  'POST',
];

/** The header fields of clients, by what each is. */
export const clients: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'one that says nothing': {},
  svn: {
    'User-Agent': 'SVN/1.14.5 (x86_64-pc-linux-gnu) serf/1.3.10',
    DAV: 'http://subversion.tigris.org/xmlns/dav/svn/depth',
  },
  'a browser': {
    'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64)',
    Accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  },
  Windows: { 'User-Agent': 'Microsoft-WebDAV-MiniRedir/10.0' },
  Finder: { 'User-Agent': 'WebDAVFS/3.0.0 (03008000) Darwin/22.6.0 (x86_64)' },
  'one with a wrong password': { Authorization: basic('alice', 'wrong') },
  'one that nobody knows': { Authorization: basic('nobody', 'x') },
};

export function basic(user: string, password = `${user}-demo`): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** An answer as text, without what differs between any two. */
export function answerOf(url: string, method: string, headers: OutgoingHttpHeaders): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers }, (response) => {
      text(response).then((body) => {
        const id = String(response.headers['x-request-id']);
        const { date, 'x-request-id': ignored, ...fields } = response.headers;
        assert.ok(date !== undefined && ignored !== undefined);
        resolve(JSON.stringify([response.statusCode, fields, body.replaceAll(id, 'ID')], null, 1));
      }, reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}
