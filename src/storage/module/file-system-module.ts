import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { v2 } from 'webdav-server';
import { Failure } from '../../failure.js';

/** What a storage module's default export makes; see webdav-server's documentation of custom file systems. */
export type FileSystem = v2.FileSystem;

/** Options that stand beside `module` in the declaration, handed to the module as they are. */
export type ModuleOptions = Readonly<Record<string, unknown>>;

/**
 * Loads an administrator's module, a file or a package seen from `folder`, and calls its default export, a function
 * that returns a webdav-server v2 FileSystem or a promise of one.
 * @throws Failure `unavailable` with what is wrong with the module
 */
export async function loadFileSystem(
  module: string,
  folder: string,
  options: ModuleOptions,
): Promise<FileSystem> {
  let made: unknown;
  try {
    const file = createRequire(`${folder}/`).resolve(module);
    const namespace: unknown = await import(pathToFileURL(file).href);
    const factory = defaultExportOf(namespace);
    made = await factory(options);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
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
