/** `outline FILE...`: recurrent layers in model code. */
import { readFile } from 'node:fs/promises';
import { describe } from '../source/describe/layer';
import { codeEndings, languageOfFile } from '../source/endings';
import { outline } from '../source/index';
import { toJson } from '../source/json';
import type { Language } from '../source/outline';
import { options, printJson, printTable, UsageError, type Command } from './command';

export const outlineCommand: Command = {
  name: 'outline',
  usage: 'gatescope outline FILE... [--json]',
  purpose: 'Recurrent layers in model code: sizes, parameters, problems.',
  help: `FILE is Python source (.py, .pyi), a notebook (.ipynb), JavaScript or TypeScript (.js, .jsx, .ts, .tsx), or Markdown with code (.md).
Nothing is run.
--json prints an array of {file, line, column, framework, cell, name, inputSize, units, layers, bidirectional, batchFirst,
dropout, bias, projection, parameters, problems, symbols, assumed, isCell, options}. Unknown numbers are null, and symbols
gives their source text.`,
  async run(args) {
    const { values, files } = options(args, { json: { type: 'boolean' } });
    if (files.length === 0) throw new UsageError('outline needs at least one FILE.');
    const found = (await Promise.all(files.map(async file => outline(await readFile(file, 'utf8'), languageOf(file)).layers.map(spec => ({ file, spec }))))).flat();
    if (values.json) return printJson(found.map(({ file, spec }) => toJson(spec, file)));
    if (found.length === 0) { process.stdout.write(`No recurrent layer in ${files.join(', ')}.\n`); return; }
    printTable(['where', 'layer', 'what', 'parameters', 'problems'], found.map(({ file, spec }) => [
      `${file}:${spec.line}:${spec.column}`, [spec.owner, spec.name].filter(Boolean).join('.'), describe(spec).title,
      spec.parameters?.toLocaleString('en') ?? '?', spec.problems.filter(p => p.severity === 'warning').map(p => p.code).join(', '),
    ]));
  },
};

function languageOf(file: string): Language {
  const language = languageOfFile(file);
  if (!language) throw new UsageError(`${file} is not model code that can be read; expected .${codeEndings.join(', .')}.`);
  return language;
}
