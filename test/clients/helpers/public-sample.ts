import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleDavgate } from './davgate.js';

const many = { failures: 1_000_000, seconds: 60 };

/**
 * The sample, with some of it open to everybody: `/b\u00fcro`, `/media` but for `closed` in it, `/docs` but for `Minutes`
 * and `Gesch\u00e4ft`, of `/half` only `open`, `/svn` but for its repository `closed`. All else is closed.
 * @param limits as declared
 */
export function publicSample(limits: Readonly<Record<string, number>> = {}) {
  return sampleDavgate((declaration, folder) => {
    for (const name of ['media/closed', 'half/open', 'half/shut', 'docs/Gesch\u00e4ft', 'b\u00fcro']) {
      mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(join(folder, name, 'file.txt'), `in ${name}\n`);
    }
    declaration.throttle = { user: many, address: many };
    declaration.limits = limits;
    declaration.shares = [
      {
        ...{ path: '/media', kind: 'static', root: './media', require: { staff: false }, public: true },
        rules: [{ path: '/closed', public: false }],
      },
      {
        ...{ path: '/docs', kind: 'webdav', root: './docs', public: true },
        require: { staff: false, permission: 'docs.view_document' },
        write: { permission: 'docs.change_document' },
        rules: [
          { path: '/Minutes', public: false },
          { path: '/Gesch\u00e4ft', public: false },
        ],
      },
      {
        ...{ path: '/half', kind: 'webdav', root: './half', require: { staff: false } },
        rules: [{ path: '/open', public: true }],
      },
      {
        ...{ path: '/svn', kind: 'svn', repositories: './svn', public: true },
        require: { staff: false, permission: 'repos.view_repository' },
        write: { permission: 'repos.change_repository' },
        rules: [{ path: '/closed', public: false }],
      },
      { path: '/b\u00fcro', kind: 'webdav', root: './b\u00fcro', public: true },
      { path: '/staff', kind: 'webdav', root: './staff' },
      {
        ...{ path: '/scratch', kind: 'webdav', storage: { module: './scratch-storage.js' } },
        require: { staff: false },
      },
      { path: '/code', kind: 'svn', repository: './svn/sample' },
    ];
  });
}
