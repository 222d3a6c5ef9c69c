import { attacksBySignedIn } from './attacks.js';
import { authentication } from './authentication.js';
import { checkout } from './checkout.js';
import { propfind } from './propfind.js';
import { durability } from './durability.js';
import { guard } from './guard.js';
import { smallGet } from './small-get.js';
import { subversion } from './subversion.js';
import { worstBodies } from './worst-bodies.js';
import { worstSvnBodies } from './worst-svn-bodies.js';

/** What `npm run bench` measures, by name; `npm run bench -- NAME …` measures only these. */
const measurements: Readonly<Record<string, () => Promise<void>>> = {
  checkout,
  'small-get': smallGet,
  authentication,
  propfind,
  durability,
  subversion,
  guard,
  bodies: worstBodies,
  'svn-bodies': worstSvnBodies,
  attacks: attacksBySignedIn,
};

const asked = process.argv.slice(2);
for (const name of asked.length > 0 ? asked : Object.keys(measurements)) {
  const measure = measurements[name];
  if (!measure) throw new Error(`There is no "${name}", only ${Object.keys(measurements).join(', ')}.`);
  await measure();
}
