import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { check } from '../../../server/cli/check.js';
import { readEnvironment } from '../../../server/environment.js';
import { errorInWords } from '../../../src/config/problems.js';
import { run } from '../../../server/lifecycle/run.js';
import { commandOutcome } from '../cli/command-outcome.js';
import { asked, type Answered } from './mistaken-site.js';

// Answers what `davgate check` and the start say of many declarations, one after the other, as JSON.
const questions = z.array(asked).parse(JSON.parse(readFileSync(0, 'utf8')));

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function started(file: string): Promise<string> {
  try {
    const davgate = await run({
      file,
      environment: readEnvironment(),
      log: silent,
      output: { write: () => undefined },
    });
    await davgate.stop();
    return '';
  } catch (error) {
    return errorInWords(error);
  }
}

const usual = process.env.PATH;
const answers: Answered[] = [];
for (const { file, path, starting } of questions) {
  if (path !== undefined) process.env.PATH = path;
  const outcome = await commandOutcome([check], ['check', file]);
  answers.push({ ...outcome, ...(starting && { start: await started(file) }) });
  process.env.PATH = usual;
}
process.stdout.write(JSON.stringify(answers), () => process.exit(0));
