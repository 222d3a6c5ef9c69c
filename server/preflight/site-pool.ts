import type { Declaration, ProjectDeclaration } from '../../src/config/declaration.js';
import { finding, type Finding } from '../../src/config/problems.js';
import { findPython } from '../../src/django/discovery/find-python.js';
import { SitePool } from '../../src/django/sign-in/site-pool.js';
import { isFailure } from '../../src/failure.js';
import type { SiteEnvironment } from './find-site.js';

/** The project whose own Python is asked while davgate runs; undefined where that is never asked. */
export function askedProject({ django }: Pick<Declaration, 'django'>): ProjectDeclaration | undefined {
  const isAsked = django.kind === 'project' && (django.signInBySite ?? django.permissionsBySite);
  return isAsked ? django : undefined;
}

/**
 * Processes of the project's own Python; none is started yet.
 * @param noted is told what goes wrong with them, without a name or a password
 * @throws Failure `not-implemented` where the shares name too many permissions
 */
export async function openSitePool(
  { project, settings, python }: ProjectDeclaration,
  { grants }: Pick<Declaration, 'grants'>,
  environment: Pick<SiteEnvironment, 'variables'>,
  noted: (trouble: string) => void,
): Promise<SitePool> {
  const permissions = grants.filter(({ kind }) => kind === 'permission').map(({ name }) => name);
  return new SitePool({
    program: {
      python: python ?? (await findPython(project)),
      project,
      settings,
      environment: environment.variables,
    },
    permissions: [...new Set(permissions)],
    noted,
  });
}

/** Whether the site's own Python loads the site to sign people in, where it is to. */
export async function sitePoolFindings(
  declaration: Declaration,
  environment: Pick<SiteEnvironment, 'variables'>,
): Promise<Finding[]> {
  const project = askedProject(declaration);
  if (!project) return [];
  const pool = await openSitePool(project, declaration, environment, () => undefined);
  try {
    await pool.loaded();
    return [];
  } catch (error) {
    if (!isFailure(error, 'unavailable')) throw error;
    return [finding('nobody', 'django', error.message)];
  } finally {
    await pool.close();
  }
}
