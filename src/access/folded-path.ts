/**
 * A path as file systems see it that take several spellings for one name: without regard to case and to Unicode's
 * composition (APFS, ext4 with casefold, NTFS), to characters that are not shown (HFS+, ext4), and to what Windows cuts off:
 * dots and spaces at the end, and the name of a stream. Two spellings that any of them takes for one are equal; some that
 * are two to all of them are equal, too.
 */
export function foldedPath(path: string): string {
  return path.split('/').map(foldedName).join('/');
}

function foldedName(name: string): string {
  if (/^[a-z0-9_-]*$/.test(name)) return name.toUpperCase();
  const shown = name.normalize('NFD').replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  // Upper case last: it has one form for what lower case has several (\u03c3 and \u03c2, ss and \u00df).
  const folded = shown.toLowerCase().toUpperCase().normalize('NFD');
  return folded.replace(/(?<=.):.*$/su, '').replace(/(?<=[^. ])[. ]+$/u, '');
}
