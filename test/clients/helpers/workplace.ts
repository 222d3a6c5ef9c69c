import { appendFile, mkdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { outcomeOf, run } from './programs.js';

/** What an editor does to files, on a mounted folder or by single commands. */
export interface Workplace {
  write(path: string, text: string): Promise<void>;
  append(path: string, text: string): Promise<void>;
  truncate(path: string, length: number): Promise<void>;
  read(path: string): Promise<string>;
  /** Over what is there. */
  rename(from: string, to: string): Promise<void>;
  makeFolder(path: string): Promise<void>;
  /** Of files and folders, with what is in them. */
  remove(path: string): Promise<void>;
}

/** Below a mounted folder, by the system's calls. */
export class MountedWorkplace implements Workplace {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  write(path: string, text: string): Promise<void> {
    return writeFile(join(this.#folder, path), text);
  }

  append(path: string, text: string): Promise<void> {
    return appendFile(join(this.#folder, path), text);
  }

  truncate(path: string, length: number): Promise<void> {
    return truncate(join(this.#folder, path), length);
  }

  read(path: string): Promise<string> {
    return readFile(join(this.#folder, path), 'utf8');
  }

  rename(from: string, to: string): Promise<void> {
    return rename(join(this.#folder, from), join(this.#folder, to));
  }

  async makeFolder(path: string): Promise<void> {
    await mkdir(join(this.#folder, path), { recursive: true });
  }

  remove(path: string): Promise<void> {
    return rm(join(this.#folder, path), { recursive: true });
  }
}

/** The same by rclone's commands, where nothing can be mounted. */
export class CommandWorkplace implements Workplace {
  readonly #env: NodeJS.ProcessEnv;

  /** @param env rclone's settings for a remote called `site` */
  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  async write(path: string, text: string): Promise<void> {
    await run('rclone', ['rcat', `site:${path}`], { env: this.#env, input: text });
  }

  async append(path: string, text: string): Promise<void> {
    await this.write(path, (await this.read(path)) + text);
  }

  async truncate(path: string, length: number): Promise<void> {
    await this.write(path, (await this.read(path)).slice(0, length));
  }

  read(path: string): Promise<string> {
    return run('rclone', ['cat', `site:${path}`], { env: this.#env });
  }

  async rename(from: string, to: string): Promise<void> {
    await run('rclone', ['moveto', `site:${from}`, `site:${to}`], { env: this.#env });
  }

  async makeFolder(path: string): Promise<void> {
    await run('rclone', ['mkdir', `site:${path}`], { env: this.#env });
  }

  async remove(path: string): Promise<void> {
    const { code } = await outcomeOf('rclone', ['deletefile', `site:${path}`], { env: this.#env });
    if (code !== 0) await run('rclone', ['purge', `site:${path}`], { env: this.#env });
  }
}
