import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { apacheConf } from '../../../server/cli/apache-conf.js';
import {
  argument,
  flag,
  optionalArgument,
  UsageError,
  type Command,
  type Option,
} from '../../../server/cli/command.js';
import { svn } from '../../../server/cli/svn/svn.js';
import { Failure } from '../../../src/failure.js';
import { projectFolder } from '../../clients/helpers/davgate.js';
import { outcomeOf } from '../../clients/helpers/programs.js';
import { commandOutcome } from './command-outcome.js';

const davgate = (...words: readonly string[]) =>
  outcomeOf(process.execPath, [join(projectFolder, 'dist/server/cli/davgate.js'), ...words]);

const calls = [
  ['serve'],
  ['check'],
  ['schema'],
  ['explain'],
  ['who'],
  ['discover'],
  ['svn', 'create'],
  ['svn', 'list'],
  ['svn', 'verify'],
  ['svn', 'backup'],
  ['apache-conf'],
  ['import-apache'],
];

describe('davgate', { concurrency: 2 }, () => {
  for (const call of calls) {
    test(`${call.join(' ')} --help prints usage, purpose and exit codes`, async () => {
      const { code, out, error } = await davgate(...call, '--help');
      assert.deepEqual([code, error], [0, '']);
      assert.ok(out.startsWith(`Usage: davgate ${call.join(' ')} `), out);
      assert.match(out, /^Usage: [^\n]*\n\n[A-Z][^]*\.\n\n/);
      assert.match(out, /^ {2}-h, --help +print help$/m);
      assert.match(out, /^Exit codes:\n {2}0 {2}\w[^]*^ {2}2 {2}\w/m);
    });
  }

  test('--help, -h and help list every command', async () => {
    const [long, short, word] = await Promise.all([davgate('--help'), davgate('-h'), davgate('help')]);
    assert.deepEqual([long.code, long.error], [0, '']);
    assert.deepEqual([short, word], [long, long]);
    for (const [name = ''] of calls) assert.match(long.out, new RegExp(`^ {2}${name} .*[a-z]`, 'm'));
  });

  test('help COMMAND prints what COMMAND --help does', async () => {
    assert.deepEqual(await davgate('help', 'check'), await davgate('check', '--help'));
    assert.deepEqual(await davgate('help', 'svn', 'create'), await davgate('svn', 'create', '--help'));
  });

  test('svn --help lists its commands', async () => {
    const { code, out } = await davgate('svn', '--help');
    assert.equal(code, 0);
    for (const [group, name] of calls) {
      if (group === 'svn' && name !== undefined) assert.match(out, new RegExp(`^ {2}${name} .*[a-z]`, 'm'));
    }
  });

  test('--version prints the version of the package', async () => {
    const text = readFileSync(join(projectFolder, 'package.json'), 'utf8');
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(text));
    assert.deepEqual(await davgate('--version'), { code: 0, out: `${version}\n`, error: '' });
  });

  test('without a command prints help on standard error', async () => {
    const { code, out, error } = await davgate();
    assert.deepEqual([code, out], [2, '']);
    assert.equal(error, (await davgate('--help')).out);
  });
});

const name = argument('NAME', 'what to greet', (word) => {
  if (/^\w+$/.test(word)) return word;
  throw new UsageError('A name consists of letters.');
});
const title = optionalArgument('TITLE', 'how to address them');
const language: Option<string> = {
  flags: '--language <CODE>',
  required: true,
  description: 'of the greeting',
  read: String,
};
const loud = flag('--loud', 'in capitals');
const greet: Command = {
  name: 'greet',
  summary: 'greet somebody',
  description: 'Greets somebody by name.',
  arguments: [name, title],
  options: [language, loud],
  exitCodes: [
    [0, 'they are greeted'],
    [2, 'nobody is greeted'],
  ],
  unforeseen: 1,
  action: (values, { output }) => {
    const given = [name, title].map((each) => values.argument<string | undefined>(each));
    if (given[0] === 'nobody') throw new Failure('not-found', 'There is nobody.');
    if (given[0] === 'error') throw new Error('unforeseen');
    output.out(JSON.stringify([...given, values.option(language), values.option(loud)]));
    return Promise.resolve(given[0] === 'one' ? 1 : 0);
  },
};

const outcome = (...words: readonly string[]) => commandOutcome([greet, svn, apacheConf], words);

describe('a command', () => {
  test('takes its arguments and options in any order', async () => {
    for (const [words, values] of [
      [
        ['a', '--language', 'en'],
        ['a', null, 'en', false],
      ],
      [
        ['--language=en', '--loud', 'a', 'b'],
        ['a', 'b', 'en', true],
      ],
      [
        ['a', '--loud', 'b', '--language', 'en'],
        ['a', 'b', 'en', true],
      ],
      [
        ['--language', 'en', '--', 'a', '--loud'],
        ['a', '--loud', 'en', false],
      ],
    ] as const) {
      const { code, out, error } = await outcome('greet', ...words);
      assert.deepEqual([code, error, JSON.parse(out)], [0, '', values]);
    }
  });

  test('decides the exit code', async () => {
    assert.equal((await outcome('greet', 'one', '--language', 'en')).code, 1);
  });

  test('has help made of its parts', async () => {
    assert.deepEqual(await outcome('greet', '--help'), {
      code: 0,
      out: `Usage: davgate greet [options] <NAME> [TITLE]

Greets somebody by name.

Arguments:
  NAME               what to greet
  TITLE              how to address them

Options:
  --language <CODE>  of the greeting
  --loud             in capitals
  -h, --help         print help

Exit codes:
  0  they are greeted
  2  nobody is greeted
`,
      error: '',
    });
  });

  test('that fails ends with 2 and the sentence alone', async () => {
    const { code, error } = await outcome('greet', 'nobody', '--language', 'en');
    assert.deepEqual([code, error], [2, 'davgate: There is nobody.\n']);
  });

  test('leaves an unforeseen error to its caller', async () => {
    await assert.rejects(outcome('greet', 'error', '--language', 'en'), /^Error: unforeseen$/);
  });
});

describe('a wrong command line ends with 2 and a sentence:', () => {
  for (const [words, sentence, call] of [
    [['gret'], "Unknown command 'gret'. Did you mean greet?", 'davgate'],
    [['gret', '--help'], "Unknown command 'gret'. Did you mean greet?", 'davgate'],
    [['help', 'gret'], "Unknown command 'gret'. Did you mean greet?", 'davgate'],
    [['help', 'svn', 'lists'], "Unknown command 'lists'. Did you mean list?", 'davgate svn'],
    [['--bogus'], "Unknown option '--bogus'.", 'davgate'],
    [['greet', '--language', 'en'], "Missing required argument 'NAME'.", 'davgate greet'],
    [['greet', 'a'], "Required option '--language <CODE>' not specified.", 'davgate greet'],
    [
      ['greet', 'a', '--language', 'en', '--lout'],
      "Unknown option '--lout'. Did you mean --loud?",
      'davgate greet',
    ],
    [['greet', 'a', '--language', 'en', '--version'], "Unknown option '--version'.", 'davgate greet'],
    [['greet', '!', '--language', 'en'], 'A name consists of letters.', 'davgate greet'],
    [['svn', 'lists'], "Unknown command 'lists'. Did you mean list?", 'davgate svn'],
    [['svn', 'create'], "Missing required argument 'NAME'.", 'davgate svn create'],
    [
      ['svn', 'list', 'a'],
      "Too many arguments for 'list'. Expected 0 arguments but got 1.",
      'davgate svn list',
    ],
    [
      ['apache-conf', 'f.json', '/svn', '--repositories', 'svn'],
      '--repositories must be an absolute path, not "svn".',
      'davgate apache-conf',
    ],
  ] as const) {
    test(words.join(' '), async () => {
      const error = `davgate: ${sentence}\nRun \`${call} --help\` for help.\n`;
      assert.deepEqual(await outcome(...words), { code: 2, out: '', error });
    });
  }
});
