/** `npm run dev`: serves the sample, and rebuilds and restarts when a source file changes. */
import { spawn } from 'node:child_process';
import { ensureNodePackages } from './node-packages.mjs';
import { root } from './say.mjs';

ensureNodePackages();
const nodemon = spawn(process.execPath, [`${root}/node_modules/nodemon/bin/nodemon.js`], {
  cwd: root,
  stdio: 'inherit',
});
nodemon.on('exit', (code) => process.exit(code ?? 1));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => nodemon.kill(signal));
