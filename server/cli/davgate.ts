#!/usr/bin/env node
import { jsonSchema } from '../../src/config/schema.js';
import { readEnvironment } from '../environment.js';
import { apacheConf } from './apache-conf.js';
import { check } from './check.js';
import { discover } from './discover.js';
import { endWith, untilDone, untilRead } from './ending.js';
import { explain } from './explain.js';
import type { Output } from './output.js';
import { openSiteUsers } from './site-users.js';
import { svn } from './svn.js';
import { who } from './who.js';

const usage = `Usage:
  davgate serve [FILE]   serve the shares that FILE declares (shares.json)
  davgate check [FILE]   check FILE and print its rules in words
  davgate schema         print the JSON Schema of such a file
  davgate explain USER METHOD URL [--destination URL] [FILE]
                         print what would be answered, and why: each condition, and which group gave the permission
  davgate discover [--secrets] [FILE]
                         print what the Django site says of itself, as JSON to declare instead
  davgate apache-conf FILE SHARE --repositories FOLDER [--secrets]
                         print what an Apache of your own needs to serve the svn share at the path SHARE
  davgate who URL [FILE] list the users who may read and write at URL
  davgate svn create NAME | list | verify [NAME] | backup DESTINATION [NAME] [--share PATH] [--config FILE]
                         make, list, check and copy the Subversion repositories of a share, also while they are in use
`;

const output: Output = {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
};

async function main([command, ...args]: readonly string[]): Promise<number> {
  switch (command) {
    case 'explain':
      return explain(args, output, openSiteUsers);
    case 'apache-conf':
      return apacheConf(args, output);
    case 'discover':
      return discover(args, output);
    case 'who':
      return who(args, output, openSiteUsers);
    case 'svn':
      return svn(args, output, readEnvironment());
    default:
      return onFile(command, args);
  }
}

/** The commands that take a declaration's file and nothing else. */
async function onFile(
  command: string | undefined,
  [file = 'shares.json', ...rest]: readonly string[],
): Promise<number> {
  switch (rest.length === 0 ? command : undefined) {
    case 'serve': {
      // Half of what davgate is made of, which the other commands need not wait for.
      const { serve } = await import('./serve.js');
      return serve(file, output.error);
    }
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

const words = process.argv.slice(2);
for (const stream of [process.stdout, process.stderr]) untilRead(stream);
endWith(await untilDone(words[0], output.error, () => main(words)));
