#!/usr/bin/env node
import { jsonSchema } from '../../src/config/schema.js';
import { check } from './check.js';
import type { Output } from './output.js';
import { serve } from './serve.js';

const usage = `Usage:
  davgate serve [FILE]   serve the shares that FILE declares (shares.json)
  davgate check [FILE]   check FILE and print its rules in words
  davgate schema         print the JSON Schema of such a file
`;

const output: Output = {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
};

async function main([command, file = 'shares.json', ...rest]: readonly string[]): Promise<number> {
  if (rest.length > 0) command = undefined;
  switch (command) {
    case 'serve':
      return serve(file, output.error);
    case 'check':
      return check(file, output);
    case 'schema':
      output.out(jsonSchema());
      return 0;
    case 'help':
    case '--help':
    case '-h':
      output.out(usage);
      return 0;
    default:
      output.error(usage);
      return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
