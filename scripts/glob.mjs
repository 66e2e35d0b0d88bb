// Files under a folder whose path matches, with forward slashes, sorted. (fs.globSync needs Node 22.)
import { existsSync, readdirSync } from 'node:fs';

export function glob(folder, pattern) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(e => e.isFile())
    .map(e => `${e.parentPath ?? e.path}/${e.name}`.replaceAll('\\', '/'))
    .filter(path => pattern.test(path))
    .sort();
}
