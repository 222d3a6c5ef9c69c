import { parentPort, threadId } from 'node:worker_threads';
import type { DerivationJob } from '../../../src/django/hashers/derivation.js';

/** A derivation thread that does what the password says, for tests of the pool. */
parentPort?.on('message', ({ password }: DerivationJob) => {
  switch (password) {
    case 'throw':
      throw new Error('thrown');
    case 'exit':
      process.exit(7);
      break;
    case 'fault':
      parentPort?.postMessage({ fault: 'out of memory' });
      break;
    case 'hang':
      break;
    default:
      parentPort?.postMessage({ derived: `${password} by ${threadId}` });
      if (password === 'last') process.exit(0);
  }
});
