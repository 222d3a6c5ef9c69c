import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';

/** Exchanges the two paths of each pair, over and over, until its input ends; prints how often at the end. */
const program = `
import ctypes, os, random, select, sys, time
libc = ctypes.CDLL(None, use_errno=True)
paths = [os.fsencode(path) for path in sys.argv[1:]]
pairs = list(zip(paths[::2], paths[1::2]))
exchange, here = 2, -100
print('begun', flush=True)
times = rounds = 0
while rounds % 32 or not select.select([sys.stdin], [], [], 0)[0]:
    rounds += 1
    for one, other in pairs:
        if libc.renameat2(here, one, here, other, exchange) == 0:
            times += 1
        elif ctypes.get_errno() != 2:
            sys.exit('renameat2: ' + os.strerror(ctypes.get_errno()))
    # Some are over before a request is, and some are not.
    if random.random() < 0.5:
        time.sleep(random.random() * 0.0005)
print(times, flush=True)
`;

/** Another process that exchanges files, folders and links for each other. */
export interface Swapping {
  /** @returns how often two were exchanged */
  end(): Promise<number>;
}

export async function swapping(
  t: TestContext,
  pairs: readonly (readonly [string, string])[],
): Promise<Swapping> {
  const child = spawn('python3', ['-c', program, ...pairs.flat()], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  t.after(() => child.kill('SIGKILL'));
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  await Promise.race([once(child.stdout, 'data'), exited]);
  if (!printed.startsWith('begun')) throw new Error('There is no renameat2 here.');
  return {
    end: async () => {
      child.stdin.end();
      await exited;
      return Number(printed.split('\n')[1]);
    },
  };
}
