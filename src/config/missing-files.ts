import type { DjangoDeclaration } from './declaration.js';
import { absence } from './files.js';
import { placeOf, type Problem } from './problems.js';
import type { CommonShare } from './kinds/share.js';
import type { DjangoInput } from './schema.js';

/**
 * The folders and files that a share names and that are missing or of the wrong kind. Leaves out a folder that may hang.
 * @param user who this process runs as, such as `the user www-data`
 */
export function missingInShare(
  { places, disk }: Pick<CommonShare, 'places' | 'disk'>,
  index: number,
  user: string,
): Problem[] {
  if (disk?.calls === 'async') return [];
  return places.flatMap(({ key, what, value, path, use, fault }) => {
    if (use === 'make') return [];
    const wrong = absence(what, path, user) ?? fault?.(path);
    return wrong === undefined
      ? []
      : [{ place: placeOf(['shares', index, key]), message: `the ${what} ${value} ${wrong}` }];
  });
}

/** The folder or file of the site, if it is missing. @param input as written in the file */
export function missingSite(input: DjangoInput, django: DjangoDeclaration, user: string): Problem[] {
  if (django.kind === 'project') {
    const fault = absence('folder', django.project, user);
    const named = 'project' in input ? input.project : '';
    return fault === undefined ? [] : [{ place: 'django.project', message: `the folder ${named} ${fault}` }];
  }
  const { database } = django.site;
  const fault = database.kind === 'sqlite' ? absence('file', database.file, user) : undefined;
  const named = 'database' in input ? input.database.slice('sqlite:'.length) : '';
  return fault === undefined ? [] : [{ place: 'django.database', message: `the file ${named} ${fault}` }];
}
