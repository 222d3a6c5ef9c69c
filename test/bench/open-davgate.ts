/**
 * `open-davgate.js FILE`: davgate for measurements alone, the same app, log and listener, but everybody is let in without
 * being asked who he is.
 */
import { pino } from 'pino';
import { createAppBehind } from '../../server/app.js';
import { compose } from '../../server/compose.js';
import { readEnvironment, readListen } from '../../server/environment.js';
import { listen } from '../../server/http-server.js';
import { createLog } from '../../server/log.js';
import type { Middleware } from '../../server/state.js';
import type { Identity } from '../../src/access/identity.js';
import { loadDeclaration } from '../../src/config/load.js';

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

const declaration = loadDeclaration(process.argv[2] ?? 'shares.json');
const { parts, close } = await compose(declaration, readEnvironment(), createLog(pino.destination(1)));
const { host = declaration.listen.host, port = declaration.listen.port } = readListen();
const server = await listen(createAppBehind(parts, [letIn]).callback(), host, port);
process.once('SIGTERM', () => {
  void server.stop(1000).then(close);
});
