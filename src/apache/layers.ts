import { covers, folderAt, type Host } from './hosts.js';
import type { Directive, Node } from './syntax.js';

/** What holds at a URL path: what the server says, then its folders from the outermost on, then its Locations. */
export class Layers {
  readonly #layers: readonly (readonly Node[])[];

  constructor(layers: readonly (readonly Node[])[]) {
    this.#layers = layers;
  }

  static at(host: Host, path: string): Layers {
    const folder = folderAt(host, path);
    const folders = host.scopes
      .filter((scope) => scope.kind === 'directory' && folder !== undefined && covers(scope.path, folder))
      .sort((one, other) => one.path.length - other.path.length);
    const locations = host.scopes.filter((scope) => scope.kind === 'location' && covers(scope.path, path));
    return new Layers([
      host.directives,
      ...[...folders, ...locations].map((scope) => withoutModules(scope.nodes)),
    ]);
  }

  /** All that is said below the server's own level. */
  get sections(): readonly Node[] {
    return this.#layers.slice(1).flat();
  }

  /** All directives by this name, in the order in which they take effect. */
  all(name: string): readonly Directive[] {
    return this.#layers
      .flat()
      .filter((node) => node.kind === 'directive')
      .filter((node) => node.name === name);
  }

  last(name: string): Directive | undefined {
    return this.all(name).at(-1);
  }

  /** The innermost layer with such nodes: in Apache it replaces those further out. */
  innermost(has: (node: Node) => boolean): readonly Node[] {
    return this.#layers.findLast((layer) => layer.some(has)) ?? [];
  }

  option(key: string): string | undefined {
    return this.#keyed('pythonoption', key);
  }

  environment(key: string): string | undefined {
    return this.#keyed('setenv', key);
  }

  #keyed(name: string, key: string): string | undefined {
    return this.all(name).findLast(({ words }) => words[0] === key)?.words[1];
  }
}

/** What IfModule holds is taken as if the module is there; its opposite as if it is not. */
function withoutModules(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'directive') return [node];
    if (node.name !== 'ifmodule') return [{ ...node, children: withoutModules(node.children) }];
    return node.words[0]?.startsWith('!') ? [] : withoutModules(node.children);
  });
}
