import { describeDeclaration } from '../../src/config/describe.js';
import { loadDeclaration } from '../../src/config/load.js';
import { DeclarationError } from '../../src/config/problems.js';
import type { Output } from './output.js';

/** `davgate check [FILE]`: the effective rules in words, or everything that is wrong. @returns the exit code */
export function check(file: string, output: Output): number {
  try {
    output.out(describeDeclaration(loadDeclaration(file)));
    return 0;
  } catch (error) {
    if (!(error instanceof DeclarationError)) throw error;
    output.error(`${error.message}\n`);
    return 1;
  }
}
