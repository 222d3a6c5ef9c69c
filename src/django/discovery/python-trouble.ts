import { existsSync, lstatSync, readlinkSync, statSync } from 'node:fs';

const remedy = 'name the site\u2019s own Python as "django.python"';

/** Why a Python could not be started in a project's folder, with a remedy. */
export function pythonTrouble(python: string, project: string, code: string): string {
  const folder = closedProject(project);
  if (folder !== undefined) return folder;
  const what = `Python cannot be started as "${python}"`;
  switch (code) {
    case 'ENOENT':
      if (!python.includes('/')) return `${what}: it is not in PATH; ${remedy}.`;
      return existsSync(python)
        ? `${what}: it is a script whose interpreter (its first line) does not exist; recreate the virtual environment, or ${remedy}.`
        : `${what}: ${goneLink(python) ?? 'it does not exist'}; ${remedy}.`;
    case 'EACCES':
      return `${what}: this user may not run it (chmod +x, and x on each folder above), or it is not a program; ${remedy}.`;
    case 'ENOEXEC':
    case 'EBADARCH':
      return `${what}: it is not a program for this machine, perhaps one for another architecture; recreate the virtual environment here, or ${remedy}.`;
    default:
      return `${what} (${code}): ${remedy}.`;
  }
}

/** A program is started in the project's folder, so an inaccessible folder looks like a missing program. */
function closedProject(project: string): string | undefined {
  try {
    statSync(`${project}/.`);
    return undefined;
  } catch {
    return `The user that davgate runs as cannot enter the project\u2019s folder ${project}: give that user x there and on the folders above (chmod, chown or setfacl).`;
  }
}

/** A virtual environment's Python is a link to the system's, which an upgrade may remove. */
export function goneLink(python: string): string | undefined {
  try {
    if (!lstatSync(python).isSymbolicLink() || existsSync(python)) return undefined;
    return `it is a link to ${readlinkSync(python)}, which no longer exists (recreate the virtual environment)`;
  } catch {
    return undefined;
  }
}

/** Whether a shell ran a program that the kernel did not accept, as execvp(3) does, and reported an error. */
export function wasReadByShell(python: string, complaint: string): boolean {
  const [first = ''] = complaint.split('\n', 1);
  return first.startsWith(`${python}: `) && /^(line )?\d+: /.test(first.slice(python.length + 2));
}

/** How packages and people report a missing variable: os.environ, django-environ, decouple, pydantic. */
const complaints = [
  /KeyError: ['"]([A-Za-z_]\w*)['"]/,
  /Set the ([A-Za-z_]\w*) environment variable/,
  /UndefinedValueError: ([A-Za-z_]\w*) not found/,
  /([A-Z][A-Z0-9_]+)\b[^\n]*environment variable/,
  /environment variable[^\n]*?\b([A-Z][A-Z0-9_]+)\b/i,
];

/** A KeyError concerns a variable only if the code has read the environment. */
const isOfEnvironment = /environ|getenv|env\(|envvar|environment variable|decouple/i;

/**
 * What to do about a settings module that lacks an environment variable; empty if the error is about something else.
 * @param traceback the site's own error
 */
export function environmentAdvice(traceback: string): string {
  if (!isOfEnvironment.test(traceback)) return '';
  const name = complaints
    .map((complaint) => complaint.exec(traceback)?.[1])
    .find((found) => found !== undefined);
  if (name === undefined) return '';
  return (
    `\nThe settings run in davgate\u2019s own environment, which lacks ${name}: give davgate the environment of the site\u2019s service ` +
    '(systemd: the same Environment= or EnvironmentFile= in davgate\u2019s unit).'
  );
}
