/** Which files are read as what, by the ending of their name. */
import type { Language } from './outline';

const endings: Readonly<Record<string, Language>> = {
  py: 'python', pyi: 'python', pyw: 'python', ipynb: 'notebook',
  js: 'javascript', mjs: 'javascript', cjs: 'javascript', jsx: 'javascript', ts: 'typescript', mts: 'typescript', cts: 'typescript', tsx: 'tsx', md: 'markdown', json: 'json',
};

/** Endings of model code, without the dot; those of Python first. */
export const codeEndings: readonly string[] = Object.keys(endings);

/** The language of a file; undefined where it is not model code. */
export function languageOfFile(path: string): Language | undefined {
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  return Object.hasOwn(endings, ending) ? endings[ending] : undefined;
}
