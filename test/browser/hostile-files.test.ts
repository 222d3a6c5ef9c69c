import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sampleDavgate } from '../clients/helpers/davgate.js';
import { curl, run } from '../clients/helpers/programs.js';
import { Chromium } from './chromium.js';

/** The loaded page has ended when it has run, so that what it did is there to be seen. */
const script = (mark: string): string =>
  "var x = new XMLHttpRequest(); x.open('PUT', '/staff/by-script-" + mark + ".txt', false); x.send('x');";

const html = (mark: string): string => `<!doctype html><title>x</title><script>${script(mark)}</script>`;
const xhtml = (mark: string): string =>
  `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body><script>${script(mark)}</script></body></html>`;
const svg = (mark: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" onload="0"><script>${script(mark)}</script></svg>`;
const xslt = (mark: string): string =>
  '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/">' +
  `<html><body><script>${script(mark)}</script></body></html></xsl:template></xsl:stylesheet>`;
const styled = (): string => '<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="style.xsl"?><x/>';
const styledWithin = (mark: string): string =>
  `<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="data:text/xml,${encodeURIComponent(xslt(mark))}"?><x/>`;
const mht = (mark: string): string =>
  `MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"; type="text/html"\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n${html(mark)}\r\n--b--\r\n`;
const replaced = (mark: string): string => `--b\r\nContent-Type: text/html\r\n\r\n${html(mark)}\r\n--b--\r\n`;

/** Files that would run a script, each with the name by which webdav and static shares tell its type. */
const files: Readonly<Record<string, (mark: string) => string>> = {
  'page.html': html,
  'page.htm': html,
  'page.shtml': html,
  'page.xhtml': xhtml,
  'page.svg': svg,
  'page.xml': xhtml,
  'styled.xml': styled,
  'within.xml': styledWithin,
  'style.xsl': xhtml,
  'page.rss': xhtml,
  'page.mml': xhtml,
  'page.mht': mht,
  'page.mhtml': mht,
  'page.eml': mht,
  'page.txt': html,
  'page.md': html,
  'page.json': html,
  'page.pdf': html,
  'page.png': html,
  'page.js': html,
  'page.unknown': html,
  page: html,
};

/** Types that an svn user may give to a file. */
const types: readonly (readonly [type: string, content: (mark: string) => string])[] = [
  ['text/plain; x=x, text/html', html],
  ['text/plain;, text/html', html],
  ['text/plain; x="y", text/html; charset=utf-8', html],
  ['text/xsl', xhtml],
  ['text/html', html],
  ['TEXT/HTML', html],
  ['text/html;charset=utf-8;charset=utf-16', html],
  ['text/xml', xhtml],
  ['text/xml', styledWithin],
  ['application/xhtml+xml', xhtml],
  ['image/svg+xml', svg],
  ['video/x+xml', xhtml],
  ['audio/x+xml', svg],
  ['application/x+xml', xhtml],
  ['multipart/related', mht],
  ['message/rfc822', mht],
  ['multipart/x-mixed-replace; boundary=b', replaced],
  ['unknown/unknown', html],
  ['application/unknown', html],
  ['*/*', html],
  ['text/plain', html],
  ['application/octet-stream', html],
  ['image/png', html],
  ['application/pdf', html],
];

describe('a file that an administrator opens in Chromium', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let chromium: Chromium;
  const closers: (() => Promise<void>)[] = [];
  before(async () => {
    davgate = await sampleDavgate((declaration, sample) => {
      assert.ok(Array.isArray(declaration.shares));
      const shares: unknown[] = declaration.shares;
      for (const name of ['apps', 'plain']) mkdirSync(join(sample, name));
      declaration.shares = [
        ...shares,
        { path: '/apps', kind: 'static', root: './apps', scripts: true, require: { staff: false } },
        { path: '/plain', kind: 'static', root: './plain', require: { staff: false } },
      ];
    });
    const { folder } = davgate;
    closers.push(() => davgate.dispose());
    for (const share of ['docs', 'plain', 'apps']) {
      for (const [name, content] of Object.entries(files)) {
        await writeFile(join(folder, share, name), content(`${share}-${name}`));
      }
      await writeFile(join(folder, share, 'worker.js'), '');
    }
    const copy = join(folder, 'copy');
    const login = ['--username', 'alice', '--password', 'alice-demo', '--no-auth-cache', '--non-interactive'];
    await run('svn', ['checkout', '-q', ...login, `${davgate.url}/svn/sample/trunk`, copy]);
    for (const [index, [type, content]] of types.entries()) {
      const file = join(copy, `file-${index}`);
      await writeFile(file, content(`svn-${index}`));
      await run('svn', ['add', '-q', file]);
      await run('svn', ['propset', '-q', '--force', 'svn:mime-type', type, file]);
    }
    await run('svn', ['commit', '-q', '-m', 'Hostile files', ...login, copy]);
    chromium = await Chromium.start({ username: 'admin', password: 'admin-demo' });
    closers.push(() => chromium.end());
  });
  after(async () => {
    for (const close of closers.reverse()) await close();
  });

  /** Opens it. @returns whether its script wrote with the administrator's login */
  const runs = async (path: string, mark: string): Promise<boolean> => {
    await chromium.open(davgate.url + path);
    const written = await curl(`${davgate.url}/staff/by-script-${mark}.txt`, ['--user', 'admin:admin-demo']);
    assert.ok([200, 404].includes(written.status), String(written.status));
    return written.status === 200;
  };

  it('runs with that login where the administrator declared that it may', async () => {
    assert.equal(await runs('/apps/page.html', 'apps-page.html'), true);
    assert.equal(await runs('/apps/page.svg', 'apps-page.svg'), true);
  });

  for (const share of ['docs', 'plain']) {
    for (const name of Object.keys(files)) {
      it(`does not run from /${share}/${name}`, async () => {
        assert.equal(await runs(`/${share}/${name}`, `${share}-${name}`), false);
      });
    }
  }

  for (const [index, [type, content]] of types.entries()) {
    it(`does not run from an svn share as ${type} (${content.name})`, async () => {
      assert.equal(await runs(`/svn/sample/trunk/file-${index}`, `svn-${index}`), false);
    });
  }

  it('is no service worker, whoever asks for it', async () => {
    await chromium.open(`${davgate.url}/apps/page.html`);
    const register = (path: string): Promise<unknown> =>
      chromium.evaluate(
        `navigator.serviceWorker.register('${path}').then(() => 'registered', (error) => error.name)`,
      );
    assert.equal(await register('/apps/worker.js'), 'registered');
    for (const share of ['docs', 'plain'])
      assert.notEqual(await register(`/${share}/worker.js`), 'registered');
  });
});
