/** `report FILE`: a layer over an input as one HTML file with the panel in it, which works from disk, offline. */
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parameterCountOf } from '../core/parameters';
import { localSession } from '../local';
import { excerptOf, labelRows, MOST_STEPS } from '../report/excerpt';
import { reportPage } from '../report/parts';
import type { Subject } from '../session';
import { count, options, UsageError, type Command } from './command';
import { inputOptions, load, type Run } from './runLoad';

export const reportCommand: Command = {
  name: 'report',
  usage: 'gatescope report FILE [--layer NAME] (--input FILE | --generate KIND --steps N) --out REPORT.html [options]',
  purpose: 'Write a layer\'s gates over an input as one HTML file that can be explored offline.',
  help: `FILE is a checkpoint. The page holds the panel, the engine, the layer's weights and the input: up to 5,000 steps, from --from on.
Layers of more than 4 million weights are written as recorded signals alone.
  --layer, --input, --into, --assume, --feed, --vocabulary, --encoder, --columns, --generate, --steps, --seed   as for run
  --labels FILE         a table of labels that units are compared with: a row of names, then one row a step (CSV or TSV)
  --from A --to B       the window to begin with; a longer input is cut to 5,000 steps around it
  --colors NAME         concepts (a hue for each concept), puor or cividis
  --out FILE            where to write`,
  async run(args) {
    const { values, files: [file, ...more] } = options(args, known);
    if (file === undefined || more.length > 0) throw new UsageError('report needs one FILE.');
    if (values.out === undefined) throw new UsageError('report needs --out FILE to write to.');
    if (values.colors !== undefined && !COLORS.includes(values.colors)) throw new UsageError(`--colors should be one of ${COLORS.join(', ')}, found ${values.colors}.`);
    const session = localSession(() => new Promise(resolve => { setImmediate(resolve); }));
    const run = await load(file, values);
    const scene = await session.open(subjectOf(file, run));
    const begin = count(values.from, 'from') ?? 0;
    const { subject, from, to } = await excerptOf(session, { from: begin, to: count(values.to, 'to', 1) ?? Math.min(scene.steps, begin + MOST_STEPS) });
    const labels = values.labels === undefined ? undefined : labelRows({ name: basename(values.labels), text: await readFile(values.labels, 'utf8') }, { from, to });
    const page = await reportPage({ subject, ...(labels ? { labels } : {}), made: new Date().toISOString(), ...(values.colors === undefined ? {} : { colors: values.colors }) }, path => readFile(join(__dirname, '..', path)));
    await writeFile(values.out, page);
    process.stdout.write(`${values.out}: steps ${from} to ${to - 1} of ${scene.levels.map(l => l.name).join(', ')} over ${scene.input.description}, ${(page.length / 2 ** 20).toFixed(1)} MB\n`);
  },
};

const COLORS: readonly string[] = ['concepts', 'puor', 'cividis'];
const known = { ...inputOptions, colors: { type: 'string' }, labels: { type: 'string' }, out: { type: 'string' }, from: { type: 'string' }, to: { type: 'string' } } as const;

function subjectOf(file: string, { network, sequence, notes }: Run): Subject {
  return {
    reference: `report:${basename(file)}`, model: basename(file).replace(/\.\w+$/, ''), canReveal: false,
    weights: { description: basename(file) },
    notes: notes.map(text => ({ severity: 'info', text })),
    content: { kind: 'run', network, sequence, parameters: network.levels.map(l => l.directions.reduce((n, d) => n + parameterCountOf(d), 0)), seed: 1 },
  };
}
