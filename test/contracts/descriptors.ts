import { readdirSync, readlinkSync } from 'node:fs';

/** The files below `folder` that this process holds open. */
export function openBelow(folder: string): string[] {
  return readdirSync('/proc/self/fd')
    .map(targetOf)
    .filter((target) => target === folder || target.startsWith(`${folder}/`));
}

function targetOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    // The descriptor that listed the others is gone.
    return '';
  }
}
