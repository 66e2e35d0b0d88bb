/** The way in: which files, what the readers say of them, and the tables. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { outline } from '../../src/source/index';
import type { Language } from '../../src/source/outline';
import { readCases, titledLanguage } from '../source/fixtures';
import { compare } from './judge';
import { publicFiles } from './public';
import { complaints, hasWrong, tables, type Result } from './table';
import { truthOfLine, type Truth, type TruthLayer } from './truth';

const languages: Readonly<Record<string, string>> = {
  py: 'python', pyi: 'python', ipynb: 'notebook', js: 'javascript', mjs: 'javascript', cjs: 'javascript', jsx: 'javascript', ts: 'typescript', tsx: 'tsx', md: 'markdown',
};
const languageOf = (path: string): Language => (languages[path.slice(path.lastIndexOf('.') + 1)] ?? 'python') as Language;

function judged(file: string, text: string, language: Language, truth: readonly TruthLayer[], title?: string): Result {
  const found = outline(text, language).layers;
  return { ...compare(found, truth), file, framework: truth[0]?.framework ?? found[0]?.framework ?? 'none', ...(title === undefined ? {} : { title }) };
}

/** Fixture files by their own answers; those whose answers are not lines of an outline are for other tests. */
function fixtures(root: string): Result[] {
  const folder = join(root, 'test/source');
  return readdirSync(folder).filter(f => f.endsWith('.txt')).flatMap(f => {
    const cases = readCases(join(folder, f));
    const lines = cases.flatMap(c => c.expected.split('\n')).filter(l => l !== '');
    if (lines.length === 0 || !lines.every(l => truthOfLine(l))) return [];
    const language: Language = /^(tfjs|javascript)/.test(f) ? 'javascript' : 'python';
    return cases.map(c => judged(`test/source/${f}`, c.source, titledLanguage(c) ?? language, c.expected.split('\n').flatMap(l => truthOfLine(l) ?? []), c.name));
  });
}

function withTruthBeside(folder: string): Result[] {
  const truths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(f => f.endsWith('.truth.json')).sort();
  return truths.flatMap(f => {
    const source = sourceOf(join(folder, f.replace(/\.truth\.json$/, '')));
    if (source === undefined) return [];
    const truth = JSON.parse(readFileSync(join(folder, f), 'utf8')) as Truth;
    return [judged(source, readFileSync(source, 'utf8'), languageOf(source), truth.layers)];
  });
}

/** `NAME.truth.json` belongs to `NAME` or, where that is no file, to the file called NAME with an ending of code. */
function sourceOf(name: string): string | undefined {
  return [name, ...Object.keys(languages).map(e => `${name}.${e}`)].find(f => {
    try { return readFileSync(f).length >= 0; } catch { return false; }
  });
}

function run(args: readonly string[]): number {
  const root = process.env['OUTLINE_ROOT'] ?? process.cwd();
  const after = (option: string): string | undefined => args.includes(option) ? args[args.indexOf(option) + 1] : undefined;
  const [list, mirror] = [after('--public'), after('--mirror')];
  const folder = args.find(a => !a.startsWith('-') && a !== list && a !== mirror);
  const listed = list === undefined ? undefined : publicFiles(join(root, 'test/source/public.json'), list, mirror);
  for (const line of listed?.missing ?? []) console.log(`missing ${line}`);
  const results = listed ? listed.files.map(f => judged(f.file, readFileSync(f.file, 'utf8'), languageOf(f.path), f.truth)).map((r, i) => ({ ...r, framework: listed.files[i]?.framework ?? r.framework }))
    : folder !== undefined ? withTruthBeside(folder) : fixtures(root);
  for (const line of complaints(results, args.includes('--verbose'))) console.log(line);
  console.log(`\n${tables(results)}`);
  return results.length === 0 ? 2 : hasWrong(results) ? 1 : 0;
}

process.exitCode = run(process.argv.slice(2));
