import { serve } from './cli/serve.js';

/** `node dist/server/main.js [FILE]`: what the Procfile runs. */
process.exitCode = await serve(process.argv[2] ?? 'shares.json', () => undefined);
