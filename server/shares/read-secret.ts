import { readFile } from 'node:fs/promises';
import { Failure } from '../../src/failure.js';

/**
 * The secret in a file, one line of at least 32 characters that an Apache configuration takes as they are.
 * @param key of the declaration, for messages
 * @throws Failure `unavailable` in words for the administrator
 */
export async function readSecret(file: string, key: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new Failure('unavailable', `The file of "${key}" cannot be read.`, { cause });
  }
  const secret = text.trim();
  if (/^[A-Za-z0-9._~+/=-]{32,1024}$/.test(secret)) return secret;
  throw new Failure(
    'unavailable',
    `The file of "${key}" must hold one line of at least 32 letters and digits, as \`openssl rand -hex 32\` prints.`,
  );
}
