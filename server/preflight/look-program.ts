import { absence, realPathOf } from '../../src/config/files.js';
import { rightsAt } from './folder-findings.js';
import { isToLookAt, type FromLook, type ToLookAt } from './looked-at.js';

/** Looks at a folder whose disk may hang, in a process of its own; slow-folders.ts starts it. */
process.on('message', (message: unknown) => {
  if (isToLookAt(message)) tell({ kind: 'seen', ...lookAt(message) });
});
process.once('disconnect', () => {
  process.exit();
});
tell({ kind: 'running' });

function lookAt(place: ToLookAt): Omit<Extract<FromLook, { readonly kind: 'seen' }>, 'kind'> {
  const { what, value, path, real, isWritten, user } = place;
  const absent = absence(what, path, user);
  if (absent !== undefined) return { gravity: 'refusal', message: `the ${what} ${value} ${absent}` };
  const found = realPathOf(path);
  if (found !== real) {
    const message = `the ${what} ${value} is reached by a symbolic link on a disk that may hang: name ${found} instead`;
    return { gravity: 'refusal', message };
  }
  const { gravity, what: named, fault } = rightsAt(place, isWritten, user);
  return {
    gravity: gravity === 'refusal' ? 'refusal' : 'warning',
    message: fault === undefined ? undefined : `${named}: ${fault}`,
  };
}

function tell(message: FromLook): void {
  process.send?.(message);
}
