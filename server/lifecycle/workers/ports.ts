import type { Worker } from 'node:cluster';
import type { Port } from './channel.js';

/** The parent's end of the connection to a worker. */
export function portOf(worker: Worker): Port {
  return {
    send: (message, connection) => {
      // Its end is told of by `disconnect`; until then a message may still fail.
      worker.process.send(message, connection, { keepOpen: true }, () => undefined);
    },
    onMessage: (listener) => {
      worker.on('message', (message: unknown) => {
        listener(message);
      });
    },
    onClose: (listener) => {
      worker.once('disconnect', listener);
      worker.once('exit', listener);
    },
  };
}

type ProcessEnd = Pick<NodeJS.Process, 'send' | 'on' | 'once'>;

/** A worker's end. */
export function portToParent(process: ProcessEnd): Port {
  return {
    send: (message) => {
      process.send?.(message, undefined, undefined, () => undefined);
    },
    onMessage: (listener) => {
      process.on('message', listener);
    },
    onClose: (listener) => {
      process.once('disconnect', listener);
    },
  };
}
