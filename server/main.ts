import { endWith } from './cli/ending.js';
import { serve } from './cli/serve.js';

/** `node dist/server/main.js [FILE]`: what the Procfile runs. */
endWith(await serve(process.argv[2] ?? 'shares.json', () => undefined));
