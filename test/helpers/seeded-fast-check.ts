import fc from 'fast-check';

const option = process.env.DAVGATE_TEST_SEED ?? '20261127';

/** What generated tests begin with: the same on each run, DAVGATE_TEST_SEED where that is a number, or `random`. */
export const seed = option === 'random' ? Date.now() % 0x8000_0000 : Number(option);
if (!Number.isInteger(seed)) throw new TypeError('DAVGATE_TEST_SEED must be an integer or "random".');

fc.configureGlobal({ seed });

/** fast-check with that seed; a property that fails names it. */
export default fc;
