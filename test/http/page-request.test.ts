import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RequestHeaders } from '../../src/http/message.js';
import { asksForPage } from '../../src/http/page-request.js';

const html = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';
const safari =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15';

const browser = (agent: string, more: RequestHeaders = {}) => ({
  'user-agent': agent,
  accept: html,
  ...more,
});
const navigation = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-fetch-site': 'none' };

describe('a page is asked for', () => {
  const cases: Record<string, RequestHeaders> = {
    'by a navigation': browser(chrome, navigation),
    'by a navigation from another site': browser(firefox, { ...navigation, 'sec-fetch-site': 'cross-site' }),
    'by a navigation over http, where browsers say less': browser(firefox),
    'by Safari of old': browser(safari),
    'by an Android web view': browser(chrome, { 'x-requested-with': 'org.example.app' }),
    'with HTML in another place': browser(chrome, { accept: 'image/webp, Text/HTML;level=1;q=0.9' }),
  };
  for (const [what, headers] of Object.entries(cases)) {
    test(what, () => {
      assert.equal(asksForPage('GET', headers), true);
      assert.equal(asksForPage('HEAD', headers), true);
    });
  }
});

describe('no page is asked for', () => {
  for (const method of ['POST', 'PUT', 'OPTIONS', 'PROPFIND', 'DELETE', 'REPORT']) {
    test(`by ${method}`, () => {
      assert.equal(asksForPage(method, browser(chrome, navigation)), false);
    });
  }

  const cases: Record<string, RequestHeaders> = {
    'by nobody in particular': {},
    'by curl': { 'user-agent': 'curl/7.88.1', accept: '*/*' },
    'by curl that is made to take HTML': { 'user-agent': 'curl/7.88.1', accept: 'text/html' },
    'by wget': { 'user-agent': 'Wget/1.21.3', accept: '*/*' },
    'by davfs2': { 'user-agent': 'davfs2/1.6.1 neon/0.32.5' },
    'by cadaver': { 'user-agent': 'cadaver/0.23.3 neon/0.32.5' },
    'by gvfs': { 'user-agent': 'gvfs/1.50.3', accept: '*/*' },
    'by svn': { 'user-agent': 'SVN/1.14.2 (x86_64-pc-linux-gnu) serf/1.3.9' },
    'by TortoiseSVN': { 'user-agent': 'SVN/1.14.3 (x64-microsoft-windows) serf/1.3.10 TortoiseSVN-1.14.6' },
    'by Finder': { 'user-agent': 'WebDAVFS/3.0.0 (03008000) Darwin/21.6.0 (x86_64)', accept: '*/*' },
    'by Windows': { 'user-agent': 'Microsoft-WebDAV-MiniRedir/10.0.19045', translate: 'f' },
    'by Windows that takes HTML': browser(chrome, { translate: 'f' }),
    'by Office that looks around': { 'user-agent': 'Microsoft Office Protocol Discovery', accept: html },
    'by Office that opens': {
      'user-agent': 'Microsoft Office Word 2014',
      accept: html,
      'x-office-version': '16.0.17328',
    },
    'by Office in the guise of Explorer': browser(
      'Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Win64; x64; Trident/7.0; ms-office; MSOffice 16)',
    ),
    'by Outlook in the guise of Mozilla': browser(
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64; Microsoft Outlook 16.0.17328; ms-office; MSOffice 16)',
    ),
    'by FrontPage': browser('Mozilla/4.0 (compatible; MS FrontPage 12.0)'),
    'by Office that can show forms': browser(chrome, { 'x-forms_based_auth_accepted': 'f' }),
    'by KDE': browser(
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) KIO/5.103 kioworker/5.103',
    ),
    'by LibreOffice': { 'user-agent': 'LibreOffice 7.4.7.2 curl/7.88.1', accept: '*/*' },
    'by rclone': { 'user-agent': 'rclone/v1.60.1' },
    'by who sends credentials': browser(chrome, { ...navigation, authorization: 'Basic YTpi' }),
    'by a DAV client that says it is Mozilla': browser(firefox, { depth: '0' }),
    'by a script': browser(chrome, { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }),
    'by an older script': browser(chrome, { 'x-requested-with': 'XMLHttpRequest' }),
    'by a picture': browser(chrome, { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }),
    'by a picture over http': browser(firefox, { accept: 'image/avif,image/webp,*/*' }),
    'by a fetch over http': browser(firefox, { accept: '*/*' }),
    'with no Accept': browser(firefox, { accept: undefined }),
    'by who refuses HTML': browser(firefox, { accept: 'text/html;q=0, application/json' }),
    'by who refuses HTML at length': browser(firefox, { accept: 'text/html; q=0.000' }),
  };
  for (const [what, headers] of Object.entries(cases)) {
    test(what, () => {
      assert.equal(asksForPage('GET', headers), false);
    });
  }
});
