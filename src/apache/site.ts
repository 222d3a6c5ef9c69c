import { dirname, posix } from 'node:path';
import type { Directive } from './syntax.js';
import type { Layers } from './layers.js';

/** The text of a script, by its absolute path; undefined if it cannot be read. */
export type ReadScript = (path: string) => string | undefined;

type Identification =
  | { readonly kind: 'none' }
  /** By something other than Django. */
  | { readonly kind: 'other'; readonly at: Directive }
  | {
      readonly kind: 'django';
      readonly staff: boolean;
      readonly superuser: boolean;
      readonly permission?: string;
      /** Whether `Require group` names Django's groups. */
      readonly groups: boolean;
      readonly settings: string | undefined;
      /** What should be looked at: why this may not be what Apache did. */
      readonly doubt?: string;
      /** Whether the doubt leaves open whether users other than these were kept out. */
      readonly unknown?: true;
      readonly at: Directive;
    };

const oldHandler = 'django.contrib.auth.handlers.modpython';

export function identificationOf(layers: Layers, readScript: ReadScript): Identification {
  const python = layers.last('pythonauthenhandler');
  const provider = layers.last('authbasicprovider');
  if (python) {
    const [handler = ''] = python.words;
    if (handler !== oldHandler && handler !== `${oldHandler}::authenhandler`)
      return { kind: 'other', at: python };
    const permission = layers.option('DjangoPermissionName');
    return {
      kind: 'django',
      staff: isOn(layers.option('DjangoRequireStaffStatus') ?? 'on'),
      superuser: isOn(layers.option('DjangoRequireSuperuserStatus') ?? 'off'),
      ...(permission !== undefined && { permission }),
      groups: false,
      settings: layers.option('DJANGO_SETTINGS_MODULE') ?? layers.environment('DJANGO_SETTINGS_MODULE'),
      ...(python.words.length > 1 && { doubt: 'other handlers also ask', unknown: true }),
      at: python,
    };
  }
  if (provider?.words.some((word) => word.toLowerCase() === 'wsgi'))
    return byScript(layers, provider, readScript);
  const other = provider ?? layers.last('authuserfile') ?? layers.last('authtype');
  return other && other.words[0]?.toLowerCase() !== 'none' ? { kind: 'other', at: other } : { kind: 'none' };
}

function byScript(layers: Layers, provider: Directive, readScript: ReadScript): Identification {
  const users = layers.last('wsgiauthuserscript');
  if (!users) return { kind: 'other', at: provider };
  const groups = layers.last('wsgiauthgroupscript');
  const text = readScript(users.words[0] ?? '');
  const own = [
    ...(takesFromDjango(text, 'check_password') ? [] : [users]),
    ...(groups && !takesFromDjango(readScript(groups.words[0] ?? ''), 'groups_for_user') ? [groups] : []),
  ];
  return {
    kind: 'django',
    staff: false,
    superuser: false,
    groups: groups !== undefined,
    settings: settingsIn(text) ?? layers.environment('DJANGO_SETTINGS_MODULE'),
    ...(own[0]
      ? {
          doubt: `${own[0].words[0] ?? ''} does not take its functions from Django, or cannot be read`,
          unknown: true,
        }
      : provider.words.length > 1 && { doubt: 'users of other providers than wsgi are left out' }),
    at: own[0] ?? provider,
  };
}

/** Whether the only thing that a script calls by this name is what it imports from Django's handler. */
function takesFromDjango(text: string | undefined, name: string): boolean {
  if (text === undefined) return false;
  const imports =
    /^from[ \t]+django\.contrib\.auth\.handlers\.modwsgi[ \t]+import[ \t]*(\([^)]{0,400}\)|[^\n]{0,400})/gm;
  const names = [...text.matchAll(imports)].flatMap(([, list = '']) =>
    list
      .replace(/^\(|\)$/g, '')
      .replace(/#.*$/gm, '')
      .split(',')
      .map((each) => each.trim()),
  );
  const rest = text.replace(imports, '').replace(/#.*$/gm, '');
  // A star or a second binding may hide Django's function.
  const again = new RegExp(`\\b${name}\\b|^[ \\t]*from[^\\n]{0,400}import[ \\t]*\\*`, 'm').test(rest);
  return names.includes(name) && !names.some((each) => each.includes(' as ')) && !again;
}

function settingsIn(text: string | undefined): string | undefined {
  return /['"]DJANGO_SETTINGS_MODULE['"][^\n'"]{0,40}['"]([A-Za-z_][\w.]{0,200})['"]/.exec(text ?? '')?.[1];
}

/** As Django's handler reads its options. */
function isOn(value: string): boolean {
  return ['1', 'true', 'on', 'yes'].includes(value.toLowerCase());
}

/** The folders in which Python looks for the site's modules, and the Python it runs. */
export function pythonOf(
  directives: readonly Directive[],
  settings: string,
  readScript: ReadScript,
): { readonly project: string | undefined; readonly python: string | undefined } {
  const paths = directives.flatMap(({ name, words }) => {
    switch (name) {
      case 'pythonpath':
        return [...words.join(' ').matchAll(/['"](\/[^'"]{0,1000})['"]/g)].map(([, path = '']) => path);
      case 'wsgipythonpath':
        return (words[0] ?? '').split(':');
      case 'wsgidaemonprocess':
        return words.flatMap((word) => /^python-path=(.*)$/s.exec(word)?.[1]?.split(':') ?? []);
      case 'wsgiscriptalias':
      case 'wsgiauthuserscript':
        return [dirname(dirname(words[1] ?? words[0] ?? '')), dirname(words[1] ?? words[0] ?? '')];
      default:
        return [];
    }
  });
  const candidates = [
    ...new Set(paths.filter((path) => path.startsWith('/')).map((path) => posix.normalize(path))),
  ];
  const module = settings.split('.').join('/');
  const holding = candidates.find((path) =>
    [`${module}.py`, `${module}/__init__.py`].some(
      (file) => readScript(posix.join(path, file)) !== undefined,
    ),
  );
  const homes = directives.flatMap(({ name, words }) =>
    name === 'wsgipythonhome'
      ? [words[0] ?? '']
      : words.flatMap((word) =>
          name === 'wsgidaemonprocess' ? (/^python-home=(.*)$/s.exec(word)?.[1] ?? []) : [],
        ),
  );
  const home = homes.find((each) => each.startsWith('/'));
  return {
    project: holding ?? candidates[0],
    python: home === undefined ? undefined : posix.join(home, 'bin/python'),
  };
}
