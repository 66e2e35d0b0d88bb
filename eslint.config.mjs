// What tsc cannot see: the import rule, promises that nobody waits for, `any`.
import { relative } from 'node:path';
import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { fault } from './scripts/rooms.mjs';

/** The import rule of scripts/rooms.mjs, shown where it is broken. */
const rooms = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const file = relative(import.meta.dirname, context.filename).replaceAll('\\', '/');
    const check = (node, source, typeOnly) => {
      const message = typeof source?.value === 'string' ? fault(file, source.value, typeOnly) : undefined;
      if (message) context.report({ node, message });
    };
    const onlyTypes = node => node.importKind === 'type' || (node.specifiers.length > 0 && node.specifiers.every(s => s.importKind === 'type'));
    return {
      ImportDeclaration: node => check(node, node.source, onlyTypes(node)),
      ExportAllDeclaration: node => check(node, node.source, node.exportKind === 'type'),
      ExportNamedDeclaration: node => check(node, node.source, node.exportKind === 'type'),
      ImportExpression: node => check(node, node.source, false),
      TSImportType: node => check(node, node.source ?? node.argument?.literal, true),
    };
  },
};

const SCRIPT_GLOBALS = Object.fromEntries(['process', 'console', 'Buffer', 'URL', 'URLSearchParams', 'fetch', 'setTimeout', 'clearTimeout', 'setInterval'].map(name => [name, 'readonly']));

export default tseslint.config(
  { ignores: ['dist/', 'test/out/', 'test/fixtures/', '.vscode-web/', '.vscode-test/', 'examples/', 'coverage/', 'node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/no-for-in-array': 'error',
      'no-unused-vars': 'off',
      '@typescript-eslint/no-unused-vars': 'off', // tsc's noUnusedLocals and noUnusedParameters say it
      'eqeqeq': 'error',
      'no-control-regex': 'off', // file and layer names are cleaned of control characters
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
    },
  },
  { files: ['src/**/*.ts', 'webview/**/*.ts'], plugins: { gatescope: { rules: { rooms } } }, rules: { 'gatescope/rooms': 'error', 'no-console': 'error' } },
  { files: ['src/cli.ts', 'src/cli/**/*.ts'], rules: { 'no-console': 'off' } },
  { files: ['test/**/*.ts'], rules: { 'no-restricted-properties': ['error', ...['describe', 'it'].flatMap(object => ['only', 'skip'].map(property => ({ object, property, message: 'No test is left out or run alone.' })))] } },
  { files: ['**/*.d.ts'], rules: { 'no-var': 'off' } }, // a global can be declared by var only
  { files: ['**/*.d.mts'], extends: [tseslint.configs.base], rules: { 'no-unused-vars': 'off' } },
  { files: ['**/*.{mjs,cjs}'], languageOptions: { globals: SCRIPT_GLOBALS }, rules: { 'no-control-regex': 'off' } },
  { files: ['test/**/*.js'], languageOptions: { sourceType: 'commonjs', globals: { require: 'readonly', exports: 'writable' } } },
);
