/** `npm start`: installs what is missing, then serves the sample. */
import { ensureBuilt } from './build.mjs';
import { ensurePackages } from './debian-packages.mjs';
import { ensureNodePackages } from './node-packages.mjs';
import { ensureSample } from './sample.mjs';
import { root, say } from './say.mjs';

const logins = `Sample logins, each with the password <name>-demo:
  admin  superuser and staff
  alice  may view and change documents and repositories
  bob    may view documents and repositories
  carol  staff, and nothing else
  dave   has alice's rights, but is inactive
  eve    active, and nothing else
`;

try {
  ensurePackages(['apache2-bin', 'libapache2-mod-svn', 'subversion'], 'for Subversion shares');
  ensureNodePackages();
  ensureBuilt();
  ensureSample();
} catch (error) {
  say(error.message);
  process.exit(1);
}
const { serveUntilSignal } = await import(`${root}/dist/server/cli/serve-until-signal.js`);
process.exitCode = await serveUntilSignal(`${root}/repos-sample/shares.json`, (text) => {
  process.stdout.write(`\n${text}\n${logins}\n`);
});
