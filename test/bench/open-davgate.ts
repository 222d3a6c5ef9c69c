/**
 * `open-davgate.js FILE`: davgate for measurements alone, the same app, log and listener, but everybody is let in without
 * being asked who he is.
 */
import { createAppBehind } from '../../server/app.js';
import { bufferedOutput } from '../../server/buffered-output.js';
import { compose } from '../../server/compose.js';
import { readDeclared } from '../../server/declared.js';
import { readEnvironment, readListen } from '../../server/environment.js';
import { Generation } from '../../server/generation.js';
import { listen } from '../../server/http-server.js';
import { Lasting } from '../../server/lasting.js';
import { createLog } from '../../server/log.js';
import type { Middleware } from '../../server/state.js';
import type { Identity } from '../../src/access/identity.js';

const nobody: Identity = {
  id: '0',
  username: 'nobody',
  isStaff: true,
  isSuperuser: true,
  groups: new Set(),
  permissions: new Set(),
};

const letIn: Middleware = ({ state }, next) => {
  state.identity = nobody;
  return next();
};

const environment = readEnvironment();
const declared = await readDeclared(process.argv[2] ?? 'shares.json', environment);
const lasting = new Lasting({ pid: environment.pid, metrics: false });
const composition = await compose(declared, lasting, environment, createLog(bufferedOutput(1)));
const generation = new Generation(composition, createAppBehind(composition.parts, [letIn]));
const { listen: place, limits } = declared.declaration;
const { host = place.host, port = place.port } = readListen();
const server = await listen((req, res) => generation.handle(req, res), { host, port, limits });
process.once('SIGTERM', () => {
  void server
    .stop(1000)
    .then(() => generation.close())
    .then(() => lasting.close());
});
