import cluster from 'node:cluster';
import { readEnvironment } from '../../environment.js';
import { keepAlive } from '../keep-alive.js';
import { portToParent } from './ports.js';
import { WorkerProcess } from './worker-process.js';
import { bufferedOutput } from '../../observability/buffered-output.js';
import { createLog } from '../../observability/log.js';
import { numbered } from '../../observability/numbered-log.js';

/** What the parent starts for each worker. */

const log = numbered(createLog(bufferedOutput(1)), cluster.worker?.id ?? 0);
keepAlive(log);
// A terminal, or whoever ends a group of processes, sends these to all of them. The parent gives the orders.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
const parentIsGone = (): void => {
  // Not `process.exit`, which Node's cluster would call: nobody reads the log any more, and pino's last words would be
  // written again and again.
  process.kill(process.pid, 'SIGKILL');
};
process.prependOnceListener('disconnect', parentIsGone);
if (!process.connected) parentIsGone();
const worker = new WorkerProcess(portToParent(process), readEnvironment(), log);
void worker.stopped.then(() => {
  process.off('disconnect', parentIsGone);
  process.disconnect();
});
