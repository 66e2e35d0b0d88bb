// The import rule, as data. One row a room, the first that matches a file holds. The linter and test/rooms.test.ts both ask `fault()`.
import { posix } from 'node:path';
import { isBuiltin } from 'node:module';

/**
 * `uses`: rooms it may import besides itself. `types`: rooms of which it may import types only. `packages`: npm packages it may import.
 * `node`, `vscode`: whether it may import Node's modules and the API of VS Code.
 */
export const ROOMS = [
  { name: 'parts', files: /^src\/core\/equations\/parts\.ts$/, uses: [], types: ['core'] },
  { name: 'core', files: /^src\/core\//, uses: ['parts'] },
  { name: 'analysis', files: /^src\/analysis\//, uses: ['core', 'parts'] },
  { name: 'formats', files: /^src\/formats\//, uses: ['core'], packages: /^fflate$/ },
  { name: 'upstream', files: /^src\/upstream\//, uses: ['core', 'formats'] },
  { name: 'source', files: /^src\/source\//, uses: ['core'], packages: /^@lezer\// },
  { name: 'l10n', files: /^src\/l10n\.ts$/, uses: [] },
  { name: 'shades', files: /^src\/shades\.ts$/, uses: [] },
  { name: 'protocol', files: /^src\/(protocol|fileProtocol|fitting)\.ts$/, uses: [], types: ['questions', 'shades'] },
  { name: 'questions', files: /^src\/questions\//, uses: [], types: ['core', 'protocol', 'shades'] },
  { name: 'studies', files: /^src\/studies\//, uses: ['core', 'analysis', 'questions', 'protocol', 'shades'] },
  { name: 'platform', files: /^src\/platform\//, uses: ['core', 'formats', 'upstream', 'protocol'], node: true },
  { name: 'host', files: /^src\/(host\/|extension\.ts$)/, uses: ['core', 'analysis', 'studies', 'formats', 'upstream', 'source', 'questions', 'protocol', 'session', 'platform', 'l10n'], vscode: true },
  { name: 'entries', files: /^src\/(cli|worker|mate|graph)(\.ts$|\/)/, uses: ['core', 'analysis', 'studies', 'formats', 'upstream', 'source', 'questions', 'protocol', 'session', 'platform'], node: true },
  { name: 'session', files: /^src\/((session|report)\/|[^/]+\.ts$)/, uses: ['core', 'analysis', 'studies', 'formats', 'upstream', 'source', 'questions', 'protocol', 'l10n'] },
  { name: 'report', files: /^webview\/report\.ts$/, uses: ['protocol', 'session', 'l10n'] },
  { name: 'webview', files: /^webview\//, uses: ['parts', 'protocol', 'shades', 'l10n'], types: ['core', 'questions'], packages: /^(chart\.js|@vscode-elements\/elements|@vscode\/codicons|axe-core)(\/|$)/ },
];

/** The room of a file (path from the repository's root, forward slashes), or undefined where it is in none. */
export function roomOf(file) { return ROOMS.find(room => room.files.test(file)); }

/** What is wrong with importing `specifier` in `file`, in one sentence; undefined where it is allowed. */
export function fault(file, specifier, typeOnly = false) {
  const room = roomOf(file);
  if (!room) return `${file} is in no room`;
  if (specifier === 'vscode') return room.vscode ? undefined : `${room.name} may not import vscode: only src/host and src/extension.ts may`;
  if (isBuiltin(specifier)) return room.node ? undefined : `${room.name} may not import Node's ${specifier}`;
  if (!specifier.startsWith('.')) return room.packages?.test(specifier) ? undefined : `${room.name} may not import the package ${specifier}`;
  const target = posix.join(posix.dirname(file), specifier);
  if (/^package\.json$/.test(target)) return undefined;
  const other = roomOf(/\.\w+$/.test(target) ? target : `${target}.ts`) ?? roomOf(`${target}/index.ts`);
  if (!other) return `${room.name} may not import ${target}: it is in no room`;
  if (other === room || room.uses.includes(other.name)) return undefined;
  if (room.types?.includes(other.name)) return typeOnly ? undefined : `${room.name} may import only types from ${other.name}: write \`import type\``;
  return `${room.name} may not import ${other.name} (${target})`;
}
