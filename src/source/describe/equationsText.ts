/** A cell's equations as a hover shows them: without labels, with the layer's own activations, in two columns where they fit. */
import type { LayerSpec } from '../outline';
import { widest } from './size';

/** Between two columns. */
const gap = 3;

/** Lays out equations for a code fence. */
export function equationsText(equations: string, spec: Pick<LayerSpec, 'framework' | 'options' | 'bias' | 'cell'>): string {
  const lines = equations.trim().split('\n').map(line => own(withoutLabel(line), spec));
  return columns(lines);
}

function withoutLabel(line: string): string {
  const [left = '', ...right] = line.split('=');
  return `${left.trim()} = ${right.join('=').trim().split(/\s{2,}/)[0] ?? ''}`;
}

/** Puts in the activations that the code names, and leaves out the bias where there is none; a GRU of nnx has none on its recurrent side. */
function own(line: string, { framework, options, bias, cell }: Pick<LayerSpec, 'framework' | 'options' | 'bias' | 'cell'>): string {
  const activation = word(options['activation']);
  const gate = word(options['recurrentActivation']);
  let text = line;
  if (gate && gate !== 'sigmoid') text = text.replaceAll('σ(', `${gate}(`);
  if (activation && activation !== 'tanh' && !(cell === 'rnn' && activation === 'relu')) text = text.replaceAll('tanh(', `${activation}(`);
  if (framework === 'nnx') text = text.replaceAll('(Un h + cn)', 'Un h');
  return bias === false ? text.replace(/ \+ [bc][a-z]?(?=[ )]|$)/g, '') : text;
}

/** A name as Keras has them; anything else came from a string in the source and is not shown as a function. */
function word(value: unknown): string | undefined {
  return typeof value === 'string' && /^\w{1,24}$/.test(value) ? value : undefined;
}

/** Gates in one column, the rest in the other, `=` under `=`. */
function columns(lines: readonly string[]): string {
  const isGate = (line: string): boolean => /^[a-z] = /.test(line) && !/tanh|^[gn] =/.test(line);
  const [left, right] = [lines.filter(isGate), lines.filter(l => !isGate(l))];
  const [a, b] = [aligned(left), aligned(right)];
  const second = Math.max(...a.map(l => l.length), 0) + gap;
  const wide = second + Math.max(...b.map(l => l.length), 0);
  if (left.length === 0 || wide > widest) return aligned(lines).join('\n');
  return Array.from({ length: Math.max(a.length, b.length) }, (_, k) => `${(a[k] ?? '').padEnd(second)}${b[k] ?? ''}`.trimEnd()).join('\n');
}

function aligned(lines: readonly string[]): string[] {
  const width = Math.max(...lines.map(l => l.indexOf(' = ')), 0);
  return lines.map(l => `${l.slice(0, l.indexOf(' = ')).padEnd(width)}${l.slice(l.indexOf(' = '))}`);
}
