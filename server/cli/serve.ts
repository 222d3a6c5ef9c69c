import { declarationFile, type Command } from './command.js';

export const serve: Command = {
  name: 'serve',
  summary: 'serve the shares that a declaration describes',
  description:
    'Serves the shares of the declaration until SIGTERM or SIGINT, and reloads the declaration on SIGHUP. ' +
    'The log goes to standard output. HOST and PORT in the environment override the address to listen on.',
  arguments: [declarationFile],
  options: [],
  exitCodes: [
    [0, 'davgate served until a signal stopped it'],
    [1, 'davgate could not start'],
    [2, 'the command line is wrong'],
  ],
  unforeseen: 1,
  handlesUncaught: true,
  action: async (values, { output }) => {
    const file = values.argument(declarationFile);
    // Imported here because the other commands do not need this half of davgate's code.
    const { serveUntilSignal } = await import('./serve-until-signal.js');
    return serveUntilSignal(file, output.error);
  },
};
