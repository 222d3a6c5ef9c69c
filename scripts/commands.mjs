import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { root } from './say.mjs';

const usualFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** The path of a program, also one in a folder that only root has in PATH; undefined when there is none. */
export function which(program) {
  for (const folder of new Set([...(process.env.PATH ?? '').split(':'), ...usualFolders])) {
    try {
      accessSync(`${folder}/${program}`, constants.X_OK);
      return `${folder}/${program}`;
    } catch {
      // The next folder may have it.
    }
  }
  return undefined;
}

/** Runs a command in the project's folder with its output shown. @returns whether it succeeded */
export function run(command, args, options = {}) {
  return (
    spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options }).status === 0
  );
}

/** Runs a command silently. @returns whether it succeeded */
export function succeeds(command, args) {
  return spawnSync(command, args, { cwd: root, stdio: 'ignore' }).status === 0;
}

/** What a command writes to standard output; empty where it fails. */
export function output(command, args) {
  const { status, stdout } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout : '';
}

/** Runs a command that must succeed. @throws Error that names it */
export function must(command, args, options) {
  if (!run(command, args, options)) throw new Error(`\`${[command, ...args].join(' ')}\` failed.`);
}
