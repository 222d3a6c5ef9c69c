import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleDavgate } from './davgate.js';

const many = { failures: 1_000_000, seconds: 60 };

/**
 * The sample, with some of it open to everybody: `/media` but for `/media/closed`, `/docs` but for `/docs/Minutes`, of
 * `/half` only `/half/open`, `/svn` but for its repository `closed`. `/staff`, `/scratch` and `/code` are closed.
 * @param limits as declared
 */
export function publicSample(limits: Readonly<Record<string, number>> = {}) {
  return sampleDavgate((declaration, folder) => {
    for (const name of ['media/closed', 'half/open', 'half/shut']) {
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
        rules: [{ path: '/Minutes', public: false }],
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
      { path: '/staff', kind: 'webdav', root: './staff' },
      {
        ...{ path: '/scratch', kind: 'webdav', storage: { module: './scratch-storage.js' } },
        require: { staff: false },
      },
      { path: '/code', kind: 'svn', repository: './svn/sample' },
    ];
  });
}
