/** Prints a message on the terminal. */
export function say(text) {
  process.stdout.write(`davgate: ${text}\n`);
}

/** The folder that holds package.json, without a trailing slash. */
export const root = new URL('../', import.meta.url).pathname.replace(/\/$/, '');

/** Whether installing is allowed. */
export function mayInstall() {
  return process.env.DAVGATE_NO_INSTALL !== '1';
}
