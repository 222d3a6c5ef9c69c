import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './say.mjs';

/** Files that the compiler does not copy. */
const assets = [
  'server/pages/style.css',
  'src/django/discovery/discover.py',
  'src/django/discovery/sign_in.py',
  ...filesIn('src/django/discovery/davgate_facts', '.py'),
  ...filesIn('src/django/discovery/statements', '.sql'),
];

function filesIn(folder, ending) {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}

for (const asset of assets) {
  mkdirSync(join(root, 'dist', dirname(asset)), { recursive: true });
  copyFileSync(join(root, asset), join(root, 'dist', asset));
}
