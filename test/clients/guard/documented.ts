import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder } from '../helpers/davgate.js';

/** A configuration as docs/guard.md has it. @param language of the block of code; there is one of each */
export async function documented(language: string): Promise<string> {
  const [block, ...more] = await documentedAll(language);
  if (block === undefined || more.length > 0) throw new Error(`There is not one block of ${language}.`);
  return block;
}

/** All blocks of code in a language that docs/guard.md has. */
export async function documentedAll(language: string): Promise<readonly string[]> {
  const text = await readFile(join(projectFolder, 'docs/guard.md'), 'utf8');
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, name, block]) =>
    name === language && block !== undefined ? [block] : [],
  );
}

/** The same with the places of a test: each must be there. */
export function placed(text: string, places: Readonly<Record<string, string>>): string {
  let result = text;
  for (const [documentedPlace, place] of Object.entries(places)) {
    if (!result.includes(documentedPlace)) throw new Error(`${documentedPlace} is not in the document.`);
    result = result.replaceAll(documentedPlace, place);
  }
  return result;
}
