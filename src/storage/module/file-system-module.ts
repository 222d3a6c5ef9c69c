import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { v2 } from 'webdav-server';
import { Failure } from '../../failure.js';

/** What a storage module's default export makes; see webdav-server's documentation of custom file systems. */
export type FileSystem = v2.FileSystem;

/** Options that stand beside `module` in the declaration, handed to the module as they are. */
export type ModuleOptions = Readonly<Record<string, unknown>>;

/** Milliseconds that a module gets to load and to make its file system. */
const patience = 10_000;

/** Characters of a module's own complaint that are told. */
const longestReason = 300;

/**
 * Loads an administrator's module, a file or a package seen from `folder`, and calls its default export, a function
 * that returns a webdav-server v2 FileSystem or a promise of one.
 * @param wait milliseconds until it is taken for hung
 * @throws Failure `unavailable` with what is wrong with the module
 */
export async function loadFileSystem(
  module: string,
  folder: string,
  options: ModuleOptions,
  wait = patience,
): Promise<FileSystem> {
  let made: unknown;
  try {
    const file = createRequire(`${folder}/`).resolve(module);
    made = await within(wait, async () => {
      const namespace: unknown = await import(pathToFileURL(file).href);
      return defaultExportOf(namespace)(options);
    });
  } catch (cause) {
    const reason = reasonOf(cause, module);
    throw new Failure('unavailable', `The storage module ${module} could not be loaded: ${reason}`, {
      cause,
    });
  }
  if (isFileSystem(made)) return made;
  throw new Failure(
    'unavailable',
    `The storage module ${module} did not return a webdav-server v2 FileSystem.`,
  );
}

/** The timer keeps the process alive, which a promise that nothing will settle does not. */
async function within(wait: number, work: () => Promise<unknown>): Promise<unknown> {
  const over = new AbortController();
  const late = sleep(wait, undefined, { signal: over.signal }).then(() => {
    throw new RangeError(
      `it takes longer than ${wait / 1000} s; is there something that it waits for in vain?`,
    );
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    over.abort();
    await late.catch(() => undefined);
  }
}

/** One line of what a module has thrown, which may be anything; Node adds to some messages who asked for the module. */
function reasonOf(cause: unknown, module: string): string {
  if (!(cause instanceof Error)) return `it threw ${typeof cause === 'string' ? cause : inspect(cause)}`;
  const [line = ''] = cause.message.split('\n');
  const reason = line.slice(0, longestReason) || cause.name;
  return 'code' in cause && cause.code === 'MODULE_NOT_FOUND' && line.includes(`'${module}'`)
    ? `${reason}: name a file, relative to the folder of the declaration, or a package that is installed there`
    : reason;
}

function defaultExportOf(namespace: unknown): (options: ModuleOptions) => unknown {
  const exported = isObject(namespace) ? namespace.default : undefined;
  // A CommonJS module that was compiled from `export default` has it one level down.
  const factory = isObject(exported) ? exported.default : exported;
  if (typeof factory !== 'function') throw new TypeError('its default export is not a function');
  return (options) => {
    const made: unknown = Reflect.apply(factory, undefined, [options]);
    return made;
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** By its methods rather than by its class: the module may use a copy of webdav-server of its own. */
function isFileSystem(value: unknown): value is FileSystem {
  return (
    isObject(value) &&
    ['type', 'size', 'readDir', 'create', 'delete', 'openReadStream', 'openWriteStream'].every(
      (method) => typeof value[method] === 'function',
    )
  );
}
