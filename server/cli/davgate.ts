#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readEnvironment } from '../environment.js';
import { apacheConf } from './apache-conf.js';
import { check } from './check.js';
import { parseCommandLine, perform } from './command-line.js';
import { discover } from './discover.js';
import { exitWith, guard, ignoreClosedPipe } from './command-guard.js';
import { explain } from './explain.js';
import type { Output } from './command.js';
import { schema } from './schema.js';
import { serve } from './serve.js';
import { importApacheCommand } from './import-apache.js';
import { openSiteUsers } from './site-users.js';
import { svn } from './svn/svn.js';
import { who } from './who.js';

/** In the order in which help lists them. */
const commands = [serve, check, schema, explain, who, discover, svn, apacheConf, importApacheCommand];

const output: Output = {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
  columns: process.stdout.columns || 80,
};

function readVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

for (const stream of [process.stdout, process.stderr]) ignoreClosedPipe(stream);
const parsed = parseCommandLine({ version: readVersion(), commands }, process.argv.slice(2), output);
if (typeof parsed === 'number') {
  exitWith(parsed);
} else {
  const context = { output, environment: readEnvironment(), openSiteUsers };
  exitWith(await guard(parsed, output.error, () => perform(parsed, context)));
}
