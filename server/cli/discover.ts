import { loadDeclaration } from '../../src/config/load.js';
import { DeclarationError } from '../../src/config/problems.js';
import { siteToDeclaration } from '../../src/django/discovery/site-declaration.js';
import { isFailure } from '../../src/failure.js';
import { findSite } from '../preflight/find-site.js';
import { declarationFile, flag, type Command } from './command.js';

const secretsOption = flag('--secrets', 'print secrets too; without it, they are omitted');

export const discover: Command = {
  name: 'discover',
  summary: 'print the settings of the Django site as JSON for the declaration',
  description:
    'Reads the settings of the Django site that the declaration names, and prints them as an explicit "django" for ' +
    'the declaration on a machine without Python.',
  arguments: [declarationFile],
  options: [secretsOption],
  exitCodes: [
    [0, 'the settings are printed'],
    [1, 'the declaration is wrong, or the site cannot be read'],
    [2, 'the command line is wrong, or an unforeseen error occurred'],
  ],
  unforeseen: 2,
  action: async (values, { output, environment }) => {
    const secrets = values.option(secretsOption);
    try {
      const { django } = loadDeclaration(values.argument(declarationFile));
      const { site, warnings } = await findSite(django, environment);
      for (const warning of warnings) output.error(`${warning}\n`);
      output.out(`${JSON.stringify(siteToDeclaration(site, { secrets }), null, 2)}\n`);
      return 0;
    } catch (error) {
      if (!(error instanceof DeclarationError || isFailure(error))) throw error;
      output.error(`${error.message}\n`);
      return 1;
    }
  },
};
