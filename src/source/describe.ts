/** What a hover says of a layer: shapes, arithmetic, equations and pitfalls, as data. Nothing is run for it. */
import { cellById } from '../core/cells';
import type { LayerSpec } from './outline';
import { equationsText } from './equationsText';
import { parameterLines } from './parameterLines';
import { layerSizes } from './parameters';
import { shapes, sizesOf, type ShapeRow } from './shapes';
import { brief, grouped } from './size';

/** A problem, and whether the line that causes it is another than the call's. */
export interface Pitfall { readonly severity: 'warning' | 'info'; readonly message: string; readonly code: string; readonly line: number; readonly elsewhere: boolean }

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
  /** What was taken for granted. */
  readonly notes: readonly string[];
  readonly pitfalls: readonly Pitfall[];
}

/** Describes a layer; sizes that are unknown stay in the words of the source. */
export function describe(spec: LayerSpec): Description {
  const sizes = layerSizes(spec);
  const cellId = cellIdOf(spec);
  const total = spec.parameters;
  return {
    title: title(spec), shapes: shapes(spec), parameterLines: parameterLines(spec),
    parameterTotal: total, megabytes: total === null ? null : total * 4 / 1e6,
    multiplyAdds: sizes ? sizes.reduce((sum, layer) => sum + layer.multiplyAdds, 0) : null,
    cellId, equations: cellId === null ? '' : equationsText(cellById(cellId).equations, spec),
    notes: notes(spec), pitfalls: pitfalls(spec),
  };
}

/** Core's key of the cell that a layer runs; other activations than the usual ones are in `options`. */
export function cellIdOf(spec: Pick<LayerSpec, 'cell' | 'options' | 'projection'>): string | null {
  const { cell, options, projection } = spec;
  if (cell === 'rnn') return options['nonlinearity'] === 'relu' || options['activation'] === 'relu' ? 'rnnRelu' : 'rnn';
  if (cell === 'gru') return options['resetAfter'] === false ? 'gruResetBefore' : 'gru';
  return cell === 'lstm' && projection !== null && projection > 0 ? 'lstmProjected' : cell;
}

const names = { rnn: 'RNN', lstm: 'LSTM', gru: 'GRU' } as const;

function title(spec: LayerSpec): string {
  const { input, units } = sizesOf(spec);
  const name = spec.cell === null ? 'Recurrent layer' : `${names[spec.cell]}${spec.isCell ? ' cell' : ''}`;
  const layers = spec.layers === null ? [`${sizesOf(spec).layers} layers`] : spec.layers > 1 ? [`${spec.layers} layers`] : [];
  const ways = spec.bidirectional === true ? ['both directions'] : spec.options['goBackwards'] === true ? ['reverse'] : [];
  const projection = spec.projection !== 0 ? [`projected to ${sizesOf(spec).output}`] : [];
  return [`${name} ${input} → ${units}`, ...projection, ...layers, ...ways].join(', ');
}

/** Words for the fields of a LayerSpec. */
const fieldNames: Readonly<Record<string, string>> = { inputSize: 'input size', batchFirst: 'batch_first', layers: 'number of layers' };

function notes(spec: LayerSpec): readonly string[] {
  const assumed = spec.assumed.map(field => {
    const value = (spec as unknown as Record<string, unknown>)[field] ?? spec.options[field];
    const symbol = spec.symbols[field];
    return `${fieldNames[field] ?? brief(field)} ${brief(String(value))}${symbol === undefined ? '' : ` from \`${brief(symbol)}\``}`;
  });
  const chosen = spec.cell === null && spec.symbols['cell'] !== undefined
    ? [`The class is chosen at run time: \`${brief(spec.symbols['cell'])}\`.`] : [];
  return [...chosen, ...(assumed.length > 0 ? [`By default, unless another is passed: ${assumed.slice(0, 8).join(', ')}.`] : [])];
}

function pitfalls(spec: LayerSpec): readonly Pitfall[] {
  const rank = { warning: 0, info: 1 } as const;
  return spec.problems.map(({ severity, message, code, span, line }) => ({
    severity, message, code, line: line ?? spec.line, elsewhere: span.from < spec.span.from || span.to > spec.span.to,
  })).sort((a, b) => rank[a.severity] - rank[b.severity]);
}

/** `593,920 parameters, 2.4 MB as float32; 589,824 multiply-adds per step`; '' where a size is unknown. */
export function countLine({ parameterTotal, megabytes, multiplyAdds }: Description): string {
  if (parameterTotal === null || megabytes === null || multiplyAdds === null) return '';
  const size = megabytes >= 1 ? `${megabytes.toFixed(1)} MB` : `${(megabytes * 1000).toFixed(1)} kB`;
  return `${grouped(parameterTotal)} parameters, ${size} as float32; ${grouped(multiplyAdds)} multiply-adds per step`;
}
