import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './say.mjs';

/** What the compiler does not copy. */
const assets = [
  'server/pages/style.css',
  'src/django/discovery/discover.py',
  ...readdirSync(`${root}/src/django/discovery/davgate_facts`)
    .filter((name) => name.endsWith('.py'))
    .map((name) => `src/django/discovery/davgate_facts/${name}`),
];
for (const asset of assets) {
  mkdirSync(join(root, 'dist', dirname(asset)), { recursive: true });
  copyFileSync(join(root, asset), join(root, 'dist', asset));
}
