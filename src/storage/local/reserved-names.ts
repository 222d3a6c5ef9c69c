/** The folder for unfinished files. */
export const folderName = '.davgate-staging';

/**
 * Names of unfinished files: host, process and a random part; a host name may contain dots. `.aside` and `.origin`
 * form a pair.
 */
export const unfinishedName = /^(.*)\.(\d+)\.([0-9a-f]+)(\.aside|\.origin)?$/;

/** Names that davgate reserves: never listed, never served, never written by a client. */
export function isReservedName(name: string): boolean {
  return name.startsWith('.davgate-');
}

/** Whether a file system that does not distinguish spellings may take a name for a reserved one. */
export function isLikeReservedName(name: string): boolean {
  const plain = name.normalize('NFD').replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  return isReservedName(plain.toLowerCase());
}
