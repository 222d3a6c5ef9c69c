import { DeclarationError } from '../../src/config/problems.js';
import { isFailure } from '../../src/failure.js';
import type { Output } from './output.js';

/** A command line that says nothing answerable; the message is for a person. */
export class BadUsage extends Error {
  override readonly name = 'BadUsage';
}

/**
 * Runs a command that answers a question.
 * @returns its exit code; 2 where the question or the declaration is faulty or the database cannot answer, which is
 *   then said in a sentence
 */
export async function answering(output: Output, command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    if (!(error instanceof BadUsage || error instanceof DeclarationError || isFailure(error))) throw error;
    output.error(`davgate: ${error.message}\n`);
    return 2;
  }
}
