import { MessageChannel } from 'node:worker_threads';
import type { TestContext } from 'node:test';
import { Channel, type Port } from '../../../server/lifecycle/workers/channel.js';

/** Two ends of a connection, as between a worker and the parent. `close` ends it, as the death of a process does. */
export function connected(
  t: TestContext,
  most?: number,
): { worker: Channel; parent: Channel; faults: unknown[]; close: () => void } {
  const { port1, port2 } = new MessageChannel();
  const faults: unknown[] = [];
  const fault = (error: unknown): void => {
    faults.push(error);
  };
  const close = (): void => {
    port1.close();
  };
  t.after(close);
  const end = (port: typeof port1): Channel =>
    new Channel(portOf(port), { fault, ...(most !== undefined && { most }) });
  return { worker: end(port1), parent: end(port2), faults, close };
}

function portOf(port: MessageChannel['port1']): Port {
  return {
    send: (message) => {
      // What passes between processes is JSON.
      port.postMessage(JSON.stringify(message));
    },
    onMessage: (listener) => {
      port.on('message', (text: string) => {
        listener(JSON.parse(text));
      });
    },
    onClose: (listener) => {
      port.once('close', listener);
    },
  };
}
