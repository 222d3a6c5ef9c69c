/** Milliseconds that what was written gets to leave the process. */
const patience = 1000;

/** Ends the process with this exit code, also where a storage module has left a timer or a socket behind. */
export function endWith(code: number): void {
  process.exitCode = code;
  // It keeps nothing waiting: where nothing else does, the process is over at once.
  setTimeout(() => process.exit(), patience).unref();
}
