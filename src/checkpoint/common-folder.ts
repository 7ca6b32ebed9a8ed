import { dirname, join, parse, relative, sep } from 'node:path';

/** The deepest folder that holds all of these absolute paths. */
export function commonFolder(paths: readonly string[]): string {
  const [first = sep, ...others] = paths.map((path) => dirname(path));
  const { root } = parse(first);
  const shared = first.slice(root.length).split(sep);
  for (const other of others) {
    const parts = other.slice(root.length).split(sep);
    const differing = shared.findIndex((part, index) => part !== parts[index]);
    shared.splice(differing === -1 ? shared.length : differing);
  }
  return join(root, ...shared);
}

/** A path below a folder, with POSIX separators. */
export function relativePosix(folder: string, path: string): string {
  return relative(folder, path).split(sep).join('/');
}
