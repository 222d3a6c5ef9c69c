/** Tells the person at the terminal what is going on. */
export function say(text) {
  process.stdout.write(`davgate: ${text}\n`);
}

/** The folder that holds package.json, without a trailing slash. */
export const root = new URL('../', import.meta.url).pathname.replace(/\/$/, '');

/** Whether nothing may be installed. */
export function mayInstall() {
  return process.env.DAVGATE_NO_INSTALL !== '1';
}
