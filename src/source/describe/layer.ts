/** What a hover says of a layer: shapes, arithmetic, equations and pitfalls, as data. Nothing is run for it. */
import { cellById } from '../../core/cells';
import { saying, type Said } from '../../core/said';
import { defaults } from './defaults';
import type { LayerSpec, Problem } from '../outline';
import { equationsText } from './equationsText';
import type { Level } from '../lint/level';
import { jaxNotes } from '../frameworks/jax/notes';
import { parameterLines } from './parameterLines';
import { layerSizes } from './parameters';
import { shapes, sizesOf, type ShapeRow } from './shapes';
import { brief } from './size';
import { counted, decimal, inEnglish, type Tell } from './telling';

/** A problem, and whether the line that causes it is another than the call's. */
export interface Pitfall { readonly severity: Exclude<Level, 'off'>; readonly message: string; readonly code: string; readonly line: number; readonly elsewhere: boolean }

export interface Description {
  /** `LSTM 64 → 128, 2 layers, both directions` */
  readonly title: string;
  readonly shapes: readonly ShapeRow[];
  /** The arithmetic of each layer's parameters: `layer 0   2 × 4 × 128 × ( 64 + 128 + 2) = 198,656`. */
  readonly parameterLines: readonly string[];
  readonly parameterTotal: number | null;
  /** As float32, in units of 10^6 bytes. */
  readonly megabytes: number | null;
  /** Of matrix products, per timestep. */
  readonly multiplyAdds: number | null;
  /** Key of core's cell; null where the class is chosen at run time. */
  readonly cellId: string | null;
  /** The cell's equations without labels, in two columns where they fit; '' where there is no cell. */
  readonly equations: string;
  /** `593,920 parameters`, and what follows it: `, 2.4 MB as float32; 589,824 multiply-adds per step`; '' where a size is unknown. */
  readonly counts: { readonly head: string; readonly rest: string };
  /** What was taken for granted. */
  readonly notes: readonly string[];
  readonly pitfalls: readonly Pitfall[];
}

/** Describes a layer in the words of `tell`, its problems as `level` reports them; sizes that are unknown stay in the words of the source. */
export function describe(spec: LayerSpec, tell: Tell = inEnglish, level: (problem: Problem) => Level = p => p.severity): Description {
  const sizes = layerSizes(spec);
  const cellId = cellIdOf(spec);
  const total = spec.parameters;
  const counts = {
    parameterTotal: total, megabytes: total === null ? null : total * 4 / 1e6,
    multiplyAdds: sizes ? sizes.reduce((sum, layer) => sum + layer.multiplyAdds, 0) : null,
  };
  return {
    title: titleOf(spec, tell), shapes: shapes(spec, tell), parameterLines: parameterLines(spec, tell), ...counts,
    counts: countWords(counts, tell), cellId, equations: cellId === null ? '' : equationsText(cellById(cellId).equations, spec),
    notes: notes(spec, tell), pitfalls: pitfalls(spec, tell, level),
  };
}

/** Core's key of the cell that a layer runs; other activations than the usual ones are in `options`. */
export function cellIdOf(spec: Pick<LayerSpec, 'cell' | 'options' | 'projection'>): string | null {
  const { cell, options, projection } = spec;
  if (options['variant'] === 'mgu') return options['resetGate'] === true ? 'mguResetAfter' : null;
  if (cell === 'rnn') return options['residual'] === true ? null : options['nonlinearity'] === 'relu' || options['activation'] === 'relu' ? 'rnnRelu' : 'rnn';
  if (cell === 'gru') return options['resetAfter'] === false ? 'gruResetBefore' : 'gru';
  return cell === 'lstm' && projection !== null && projection > 0 ? 'lstmProjected' : cell;
}

const names = { rnn: 'RNN', lstm: 'LSTM', gru: 'GRU' } as const;

/** `LSTM 64 → 128, 2 layers, both directions` */
export function titleOf(spec: LayerSpec, tell: Tell = inEnglish): string {
  const { input, units, layers, output } = sizesOf(spec);
  const known = spec.cell !== null ? names[spec.cell] : spec.options['variant'] === 'mgu' ? 'MGU' : undefined;
  const name = known === undefined ? tell(saying('Recurrent layer')) : spec.isCell ? tell(saying('{0} cell', known)) : known;
  const more = [
    ...(spec.projection !== 0 && output !== 'P' ? [saying('projected to {0}', output)] : []),
    ...(layers === 1 ? [] : [saying('{0} layers', layers)]),
    ...(spec.bidirectional === true ? [saying('both directions')] : spec.options['goBackwards'] === true ? [saying('reverse')] : []),
  ];
  return [`${name} ${input} → ${units}`, ...more.map(tell)].join(', ');
}

/** Words for the fields of a LayerSpec. */
const fieldNames: Readonly<Record<string, Said>> = { inputSize: saying('input size'), units: saying('units'), layers: saying('number of layers') };

/** What a default rests on where the version of the framework is a guess: `Keras from 2.3 on`. */
const ofVersion = /^(Keras|TensorFlow) [\w. ]+$/;

function notes(spec: LayerSpec, tell: Tell): readonly string[] {
  const assumed = spec.assumed.map(field => {
    const value = (spec as unknown as Record<string, unknown>)[field] ?? spec.options[field];
    const symbol = spec.symbols[field];
    const known = Object.hasOwn(fieldNames, field) ? fieldNames[field] : undefined;
    const name = known ? tell(known) : field === 'batchFirst' ? 'batch_first' : brief(field);
    if (symbol !== undefined && ofVersion.test(symbol)) return `${name.replace(/[A-Z]/g, c => `_${c.toLowerCase()}`)} ${brief(String(value))} (${symbol})`;
    return symbol === undefined ? `${name} ${brief(String(value))}` : tell(saying('{0} {1} from `{2}`', name, brief(String(value)), brief(symbol)));
  });
  const chosen = spec.cell === null && spec.symbols['cell'] !== undefined ? [saying('The class is chosen at run time: `{0}`.', brief(spec.symbols['cell']))] : [];
  const taken = assumed.length > 0 ? [saying('By default, unless another is passed: {0}.', assumed.slice(0, 8).join(', '))] : [];
  const usual = defaults(spec, tell);
  return [...chosen, ...jaxNotes(spec), ...(usual ? [saying('In effect: {0}.', usual)] : []), ...taken].map(tell);
}

/** Worst first. */
const ranks: readonly Level[] = ['error', 'warning', 'info', 'hint'];

function pitfalls(spec: LayerSpec, tell: Tell, level: (problem: Problem) => Level): readonly Pitfall[] {
  return spec.problems.flatMap((problem): Pitfall[] => {
    const { message, said, code, span, line } = problem;
    const severity = level(problem);
    const elsewhere = span.from < spec.span.from || span.to > spec.span.to;
    return severity === 'off' ? [] : [{ severity, message: said ? tell(said) : message, code, line: line ?? spec.line, elsewhere }];
  }).sort((a, b) => ranks.indexOf(a.severity) - ranks.indexOf(b.severity));
}

function countWords({ parameterTotal, megabytes, multiplyAdds }: Pick<Description, 'parameterTotal' | 'megabytes' | 'multiplyAdds'>, tell: Tell): Description['counts'] {
  if (parameterTotal === null || megabytes === null || multiplyAdds === null) return { head: '', rest: '' };
  const size = megabytes >= 1 ? `${decimal(megabytes, tell)} MB` : `${decimal(megabytes * 1000, tell)} kB`;
  return {
    head: tell(saying('{0} parameters', counted(parameterTotal, tell))),
    rest: `, ${tell(saying('{0} as float32; {1} multiply-adds per step', size, counted(multiplyAdds, tell)))}`,
  };
}
