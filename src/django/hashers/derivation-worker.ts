import { platform, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import type { DerivationAnswer, DerivationJob } from './derivation.js';
import { derive } from './derive.js';

/** What each thread of a DerivationPool runs. */

giveWay();
parentPort?.on('message', (job: DerivationJob) => {
  void answer(job);
});

async function answer({ derivation, password }: DerivationJob): Promise<void> {
  let answered: DerivationAnswer;
  try {
    answered = { derived: await derive(derivation, password) };
  } catch (error) {
    answered = { fault: error instanceof Error ? error.message : 'unknown' };
  }
  parentPort?.postMessage(answered);
}

/** Lets requests go first where there are more of both than cores. */
function giveWay(): void {
  // Only on Linux does this mean the calling thread; elsewhere it would be the whole process.
  if (platform() !== 'linux') return;
  try {
    setPriority(0, 5);
  } catch {
    // A sandbox may forbid it.
  }
}
