import { answerCounter, RemoteFailureCounter } from '../../../server/lifecycle/workers/remote-counter.js';
import { MemoryFailureCounter } from '../../../src/credentials/memory-failure-counter.js';
import { failureCounterContract } from '../../contracts/failure-counter-contract.js';
import { connected } from './channels.js';

failureCounterContract('the parent', (t) => {
  const { worker, parent } = connected(t);
  answerCounter(parent, new MemoryFailureCounter());
  return Promise.resolve(new RemoteFailureCounter(worker));
});
