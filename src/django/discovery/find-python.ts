import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { goneLink } from './python-trouble.js';

/** Where virtual environments stand in a project's folder, by custom. */
const environments = ['.venv/bin/python', 'venv/bin/python'];

/** The Python of the project's own virtual environment, or `python3` from PATH. */
export async function findPython(project: string): Promise<string> {
  for (const candidate of environments) {
    const python = join(project, candidate);
    // One that is broken is told of when it is started; another Python would only lack Django.
    if ((await isProgram(python)) || goneLink(python) !== undefined) return python;
  }
  return 'python3';
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
