import { parentPort } from 'node:worker_threads';
import { openStateDatabase } from '../../src/state/database.js';

/** Opens each file that it is told, and tells when it has closed it again, or the reason why it could not. */
parentPort?.on('message', (file: string) => {
  void openStateDatabase({ kind: 'sqlite', file })
    .then((database) => database.destroy())
    .then(
      () => parentPort?.postMessage('opened'),
      (error: unknown) => parentPort?.postMessage(String(error)),
    );
});
