import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds after which a wait is given up. */
const patience = 30_000;

/** Polls until `condition` holds. @param what in words, for the failure */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + patience;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}.`);
    await sleep(10);
  }
}

/** Polls until `check` throws nothing; what it throws last is thrown to the caller. */
export async function untilPasses(check: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(50);
    }
  }
}
