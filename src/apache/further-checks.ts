import { concerns, hiddenBy } from './hosts.js';
import type { Layers } from './layers.js';
import type { Node } from './syntax.js';
import { isLimit, isRequire } from './who.js';

/** What lets in fewer than the rules say: without it, more would get in than before. */
export function furtherChecks(layers: Layers): Node[] {
  const handlers = [
    ...['pythonauthzhandler', 'pythonaccesshandler', 'wsgiaccessscript', 'sslrequire'],
    ...[
      'authzsvnreposrelativeaccessfile',
      'authzsvngroupsfile',
      'luahookaccesschecker',
      'luahookauthchecker',
    ],
  ].map((name) => layers.last(name));
  const values: readonly (readonly [string, RegExp])[] = [
    ['authmerging', /^off$/i],
    ['sslverifyclient', /^(none|optional|optional_no_ca)$/i],
  ];
  const valued = values.map(([name, harmless]) => {
    const found = layers.last(name);
    return found && !harmless.test(found.words[0] ?? '') ? found : undefined;
  });
  const sections = layers.sections.filter(
    (node) =>
      node.kind === 'section' &&
      !isLimit(node) &&
      !isRequire(node) &&
      hiddenBy(node) === undefined &&
      concerns(node.children),
  );
  return [...[...handlers, ...valued].filter((found) => found !== undefined), ...sections];
}

/** Says of a directive or section that a declaration does not follow it. */
export function leftOut({ kind, name, words }: Node): string {
  const text = [name, ...words].join(' ').slice(0, 120);
  return `${kind === 'section' ? `<${text}>` : text} is left out`;
}
