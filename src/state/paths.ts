import type { Knex } from 'knex';

/** The condition, for `where`, that `column` is `path` itself or is below it. */
export function inTree(column: string, path: string): Knex.QueryCallback {
  return (query) => {
    void query.where(column, path).orWhere(below(column, path));
  };
}

/** The condition, for `where`, that `column` is below `path`: an index range, because `0` follows `/`. */
export function below(column: string, path: string): Knex.QueryCallback {
  const base = path === '/' ? '' : path;
  return (query) => {
    void query.where(column, '>', `${base}/`).andWhere(column, '<', `${base}0`);
  };
}

/** `path` and everything above it, including the root. */
export function ancestry(path: string): string[] {
  const found = ['/'];
  for (let slash = path.indexOf('/', 1); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    found.push(path.slice(0, slash));
  }
  return path === '/' ? found : [...found, path];
}
