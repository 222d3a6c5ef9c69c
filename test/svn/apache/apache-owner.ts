/** Starts an Apache child for the repositories in its first argument and waits to be killed. */
import { childOptions, ApacheChild } from '../apache-fixture.js';

const child = new ApacheChild(
  await childOptions(process.argv[2] ?? '', { temporaryFolder: process.argv[3] ?? '' }),
);
const started = child.start();
if (process.argv[4] !== 'starting') await started;
process.stdout.write(`${JSON.stringify(child.state)}\n`);
await started;
