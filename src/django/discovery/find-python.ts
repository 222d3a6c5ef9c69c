import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { goneLink } from './python-trouble.js';

/** The usual places of virtual environments in a project's folder. */
const environments = ['.venv/bin/python', 'venv/bin/python'];

/** The Python of the project's own virtual environment, or `python3` from PATH. */
export async function findPython(project: string): Promise<string> {
  for (const candidate of environments) {
    const python = join(project, candidate);
    // A broken one is reported when it is started; another Python would merely lack Django.
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
