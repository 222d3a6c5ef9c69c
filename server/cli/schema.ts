import { jsonSchema } from '../../src/config/schema.js';
import type { Command } from './command.js';

export const schema: Command = {
  name: 'schema',
  summary: 'print the JSON Schema of a declaration',
  description: 'Prints the JSON Schema of a declaration, for editors that check and complete JSON files.',
  arguments: [],
  options: [],
  exitCodes: [
    [0, 'the schema is printed'],
    [2, 'the command line is wrong'],
  ],
  unforeseen: 1,
  action: (_values, { output }) => {
    output.out(jsonSchema());
    return Promise.resolve(0);
  },
};
