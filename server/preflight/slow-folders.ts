import { fork } from 'node:child_process';
import type { Disk } from '../../src/config/kinds/disk.js';
import { placeOf, type Finding } from '../../src/config/problems.js';
import type { DeclaredShare } from '../../src/config/share-schema.js';
import { loaderVariables, type Environment } from '../environment.js';
import { isFromLook, type FromLook, type ToLookAt } from './looked-at.js';

const program = new URL('./look-program.js', import.meta.url);

/** Milliseconds for the program to start, whatever the disk does. */
const startLimit = 30_000;

/** What is wrong with the folders whose disks may hang. Takes as long as the slowest of them may. */
export async function slowFolderFindings(
  shares: readonly DeclaredShare[],
  user: string,
  { variables }: Pick<Environment, 'variables'>,
): Promise<Finding[]> {
  const found = await Promise.all(
    shares.flatMap((share, index) => {
      const { disk, places, isWritten } = share;
      if (disk?.calls !== 'async') return [];
      return places.map(({ key, what, value, path, use }) => {
        const place = placeOf(['shares', index, key]);
        const toLookAt = { what, value, path, use, real: disk.real, isWritten, user };
        return lookedAt(toLookAt, disk, variables).then(({ gravity, message }): Finding[] =>
          message === undefined ? [] : [{ gravity, place, message }],
        );
      });
    }),
  );
  return found.flat();
}

type Seen = Omit<Extract<FromLook, { readonly kind: 'seen' }>, 'kind'>;

/** Looks at a folder in a process that is left behind if it hangs. */
function lookedAt(
  toLookAt: ToLookAt,
  { limit }: Extract<Disk, { readonly calls: 'async' }>,
  variables: Environment['variables'],
): Promise<Seen> {
  const { what, value } = toLookAt;
  const child = fork(program, [], {
    cwd: '/',
    detached: true,
    env: loaderVariables(variables),
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const end = (seen: Seen): void => {
      clearTimeout(timer);
      if (child.connected) child.disconnect();
      child.kill('SIGKILL');
      child.unref();
      resolve(seen);
    };
    const allow = (milliseconds: number): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        end({
          gravity: 'warning',
          message: `the ${what} ${value} does not answer within ${milliseconds / 1000} s: its share answers 503 until it does`,
        });
      }, milliseconds);
    };
    child.on('error', () => {
      // Its exit tells, or the time that it may take.
    });
    child.once('exit', () => {
      end({
        gravity: 'warning',
        message: `nothing could look at the ${what} ${value}: the program for that has ended`,
      });
    });
    child.on('message', (message: unknown) => {
      if (!isFromLook(message)) return;
      if (message.kind === 'running') allow(limit);
      else end(message);
    });
    allow(startLimit);
    child.send(toLookAt, () => undefined);
  });
}
