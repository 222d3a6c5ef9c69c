import type { Workplace } from './workplace.js';

/** How an editor saves `path`, which may be there already. @returns the names that it leaves beside the file */
type Save = (place: Workplace, path: string, text: string) => Promise<readonly string[]>;

/** What the editors do between a person's "save" and "saved", as strace shows it. */
export const editors: Readonly<Record<string, Save>> = {
  // `backupcopy=auto`: the old file is renamed, the new one written, the backup removed; a swap file all the while.
  vim: async (place, path, text) => {
    await place.write(swapOf(path), 'b0VIM 9.0');
    await place.rename(path, `${path}~`);
    await place.write(path, text);
    await place.remove(`${path}~`);
    await place.remove(swapOf(path));
    return [];
  },
  'vim, with 4913': async (place, path, text) => {
    await place.write(beside(path, '4913'), '');
    await place.remove(beside(path, '4913'));
    await place.write(`${path}.new`, text);
    await place.rename(`${path}.new`, path);
    return [];
  },
  LibreOffice: async (place, path, text) => {
    const lock = beside(path, `.~lock.${nameOf(path)}#`);
    await place.write(lock, ',alice,desk,23.11.2026 08:00,file:///home/alice/.config;');
    await place.write(beside(path, 'lu1234abcd.tmp'), text);
    await place.rename(beside(path, 'lu1234abcd.tmp'), path);
    await place.remove(lock);
    return [];
  },
  // GLib's g_file_replace.
  gedit: async (place, path, text) => {
    await place.write(beside(path, '.goutputstream-A1B2C3'), text);
    await place.rename(beside(path, '.goutputstream-A1B2C3'), path);
    return [];
  },
  emacs: async (place, path, text) => {
    await place.write(beside(path, `#${nameOf(path)}#`), text);
    await place.rename(path, `${path}~`);
    await place.write(path, text);
    await place.remove(beside(path, `#${nameOf(path)}#`));
    return [`${nameOf(path)}~`];
  },
  nano: async (place, path, text) => {
    await place.truncate(path, 0);
    await place.append(path, text);
    return [];
  },
};

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function beside(path: string, name: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1) + name;
}

function swapOf(path: string): string {
  return beside(path, `.${nameOf(path)}.swp`);
}
