import { defaultDeclaration } from './cli/command.js';
import { exitWith } from './cli/command-guard.js';
import { serveUntilSignal } from './cli/serve-until-signal.js';

/** `node dist/server/main.js [FILE]`: what the Procfile runs. */
exitWith(await serveUntilSignal(process.argv[2] ?? defaultDeclaration, () => undefined));
