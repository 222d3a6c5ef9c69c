import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { v2 } from 'webdav-server';
import { Failure } from '../../failure.js';

/** What a storage module's default export returns; see webdav-server's documentation of custom file systems. */
export type FileSystem = v2.FileSystem;

/** The options beside `module` in the declaration, passed to the module as they are. */
type ModuleOptions = Readonly<Record<string, unknown>>;

/** How long a module may take to load and to make its file system, in milliseconds. */
const patience = 10_000;

/** The most characters to quote from a module's own error. */
const longestReason = 300;

/**
 * Loads an administrator's module, a file or a package resolved from `folder`, and calls its default export, a
 * function that returns a webdav-server v2 FileSystem or a promise of one.
 * @param wait milliseconds after which the module counts as hung
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

/** The timer keeps the process alive; a promise that nothing will settle does not. */
async function within(wait: number, work: () => Promise<unknown>): Promise<unknown> {
  const over = new AbortController();
  const late = sleep(wait, undefined, { signal: over.signal }).then(() => {
    throw new RangeError(
      `it takes longer than ${wait / 1000} s; make sure that it does not wait for something that never happens`,
    );
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    over.abort();
    await late.catch(() => undefined);
  }
}

/**
 * One line of what a module has thrown, which may be any value; Node adds to some messages which file required the
 * module.
 */
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
  // A CommonJS module compiled from `export default` has it one level down.
  const factory = isObject(exported) ? exported.default : exported;
  if (typeof factory !== 'function') throw new TypeError('its default export is not a function');
  return (options): unknown => Reflect.apply(factory, undefined, [options]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Checks the methods rather than the class: the module may use its own copy of webdav-server. */
function isFileSystem(value: unknown): value is FileSystem {
  return (
    isObject(value) &&
    ['type', 'size', 'readDir', 'create', 'delete', 'openReadStream', 'openWriteStream'].every(
      (method) => typeof value[method] === 'function',
    )
  );
}
