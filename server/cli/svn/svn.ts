import type { CommandGroup } from '../command.js';
import { backup } from './backup.js';
import { create } from './create.js';
import { list } from './list.js';
import { verify } from './verify.js';

export const svn: CommandGroup = {
  name: 'svn',
  summary: 'make, list, verify and copy the Subversion repositories of a share',
  description: 'Works on the repositories of the svn shares on this machine, also while they are in use.',
  commands: [create, list, verify, backup],
};
