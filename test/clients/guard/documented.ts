import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder } from '../helpers/davgate.js';

/** A configuration as docs/guard.md has it. @param language of the block of code; there is one of each */
export async function documented(language: string): Promise<string> {
  const text = await readFile(join(projectFolder, 'docs/guard.md'), 'utf8');
  const [block, ...more] = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter(
    ([, name]) => name === language,
  );
  if (block?.[2] === undefined || more.length > 0) throw new Error(`There is not one block of ${language}.`);
  return block[2];
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
