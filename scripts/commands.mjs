import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { root } from './say.mjs';

const usualFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** The path of a program, even in a folder that only root has in PATH; undefined if it is not installed. */
export function which(program) {
  for (const folder of new Set([...(process.env.PATH ?? '').split(':'), ...usualFolders])) {
    try {
      accessSync(`${folder}/${program}`, constants.X_OK);
      return `${folder}/${program}`;
    } catch {
      // Try the next folder.
    }
  }
  return undefined;
}

/** Runs a command in the project's folder and shows its output. @returns whether it succeeded */
export function run(command, args, options = {}) {
  return (
    spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options }).status === 0
  );
}

/** Runs a command silently. @returns whether it succeeded */
export function succeeds(command, args) {
  return spawnSync(command, args, { cwd: root, stdio: 'ignore' }).status === 0;
}

/** The standard output of a command; empty if the command fails. */
export function output(command, args) {
  const { status, stdout } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout : '';
}

/** Runs a command that must succeed. @throws Error with the command line */
export function must(command, args, options) {
  if (!run(command, args, options)) throw new Error(`\`${[command, ...args].join(' ')}\` failed.`);
}
