/** The folder for unfinished files. */
export const folderName = '.davgate-staging';

/**
 * Names of unfinished files: host, process and a random part; a host's name may have dots of its own. `.aside` and
 * `.origin` stand for a pair.
 */
export const unfinishedName = /^(.*)\.(\d+)\.([0-9a-f]+)(\.aside|\.origin)?$/;

/** Names that davgate keeps for itself: never listed, never served, never written by a client. */
export function isReservedName(name: string): boolean {
  return name.startsWith('.davgate-');
}

/** Whether a file system that does not tell spellings apart may take a name for one of those. */
export function isLikeReservedName(name: string): boolean {
  const plain = name.normalize('NFD').replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  return isReservedName(plain.toLowerCase());
}
