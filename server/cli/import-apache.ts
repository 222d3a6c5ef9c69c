import { configurationFiles, readScript } from '../../src/apache/files.js';
import { importApache } from '../../src/apache/import.js';
import { parseApache, type Note } from '../../src/apache/syntax.js';
import { argument, flag, option, type Command } from './command.js';

const fileArgument = argument('FILE', 'the configuration, such as httpd.conf', (word) => word);
const projectOption = option(
  '--project <FOLDER>',
  "the Django project's folder, if the configuration does not name it",
);
const settingsOption = option(
  '--settings <MODULE>',
  'the settings module whose shares to print, if there are several',
);
const guardOption = flag('--guard', 'print guards alone: Apache goes on serving everything');

export const importApacheCommand: Command = {
  name: 'import-apache',
  summary: 'print the shares that a configuration of Apache means',
  description:
    'Reads a configuration of Apache in which mod_python or mod_wsgi asks Django, and prints a declaration. ' +
    'What cannot be translated is named on standard error, by file and line.',
  arguments: [fileArgument],
  options: [guardOption, projectOption, settingsOption],
  exitCodes: [
    [0, 'all is translated'],
    [1, 'something was left, and is named'],
    [2, 'the command line is wrong, or the configuration cannot be read'],
  ],
  unforeseen: 2,
  action: (values, { output }) => {
    const { main, include } = configurationFiles(values.argument(fileArgument));
    const parsed = parseApache(main, include);
    const options = {
      project: values.option(projectOption),
      settings: values.option(settingsOption),
      guards: values.option(guardOption),
    };
    const { declaration, notes } = importApache(parsed.nodes, options, readScript);
    const left = [...parsed.notes, ...notes];
    output.out(`${JSON.stringify(declaration, null, 2)}\n`);
    for (const note of left) output.error(lineOf(note));
    return Promise.resolve(left.length === 0 ? 0 : 1);
  },
};

function lineOf({ file, line, message }: Note): string {
  return `${file}:${line}: ${message.replace(/\p{Cc}/gu, '\ufffd')}\n`;
}
