/**
 * `open-davgate.js FILE`: davgate for measurements alone, the same app, log and listener, but everybody is let in without
 * being asked who he is.
 */
import { createApp } from '../../server/pipeline/app.js';
import { bufferedOutput } from '../../server/observability/buffered-output.js';
import { compose } from '../../server/lifecycle/compose.js';
import { readConfiguration } from '../../server/preflight/configuration.js';
import { readEnvironment, readListen } from '../../server/environment.js';
import { Generation } from '../../server/lifecycle/generation.js';
import { listen } from '../../server/listener/http-server.js';
import { ProcessResources } from '../../server/lifecycle/process-resources.js';
import { createLog } from '../../server/observability/log.js';
import type { Identity } from '../../src/access/identity.js';

const nobody: Identity = {
  id: '0',
  username: 'nobody',
  isStaff: true,
  isSuperuser: true,
  groups: new Set(),
  permissions: new Set(),
};

const environment = readEnvironment();
const declared = await readConfiguration(process.argv[2] ?? 'shares.json', environment);
const resources = new ProcessResources({ pid: environment.pid, metrics: false });
const composition = await compose(declared, resources, environment, createLog(bufferedOutput(1)));
const generation = new Generation(
  composition,
  createApp(composition.parts, () => nobody),
);
const { listen: place, limits } = declared.declaration;
const { host = place.host, port = place.port } = readListen();
const server = await listen((req, res) => generation.handle(req, res), { host, port, limits });
process.once('SIGTERM', () => {
  void server
    .stop(1000)
    .then(() => generation.close())
    .then(() => resources.close());
});
