import assert from 'node:assert/strict';

const nobody = 65534;

/** Whom the kernel holds to file modes: the user who runs the tests, or nobody where that is root. */
export const ordinaryUser = process.geteuid?.() === 0 ? nobody : process.geteuid?.();

/** Does something as the ordinary user. */
export async function asOrdinaryUser(action: () => Promise<void>): Promise<void> {
  const { seteuid, geteuid } = process;
  assert.ok(seteuid && geteuid && ordinaryUser !== undefined);
  const before = geteuid();
  seteuid(ordinaryUser);
  try {
    await action();
  } finally {
    seteuid(before);
  }
}
