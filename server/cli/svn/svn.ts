import type { CommandGroup } from '../command.js';
import { backup } from './backup.js';
import { create } from './create.js';
import { list } from './list.js';
import { verify } from './verify.js';

export const svn: CommandGroup = {
  name: 'svn',
  summary: 'create, list, verify and back up the Subversion repositories of a share',
  description: 'Manages the repositories of the svn shares on this machine, even while they are in use.',
  commands: [create, list, verify, backup],
};
