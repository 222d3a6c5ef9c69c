import { copyFileSync, mkdirSync } from 'node:fs';
import { root } from './say.mjs';

// What the compiler does not copy.
mkdirSync(`${root}/dist/server/pages`, { recursive: true });
copyFileSync(`${root}/server/pages/style.css`, `${root}/dist/server/pages/style.css`);
