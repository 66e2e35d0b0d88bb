/** What a hover or an inlay hint says of a name that holds what a layer gives. */
import { saying } from '../../core/said';
import { titleOf } from './layer';
import { escapeMarkdown, sentence, shapeTable } from './markdown';
import type { LayerSpec, Mention } from '../outline';
import { shapes, type ShapeRow } from './shapes';
import { brief } from './size';
import { inEnglish, type Tell } from './telling';

/** The row of the layer's shape table that is the value's; undefined where it has none. */
export function rowOf(spec: LayerSpec, { what, unbatched }: Mention, tell: Tell = inEnglish): ShapeRow | undefined {
  // A Flax layer may be asked for its carry when it is called.
  const rows = shapes(what !== 'output' && (spec.framework === 'flax' || spec.framework === 'nnx') ? { ...spec, options: { ...spec.options, returnState: true } } : spec, tell);
  if (unbatched || what === 'layer') return undefined;
  if (isStep(spec)) return what === 'output' ? undefined : rows[1];
  if (what === 'output') return rows[1];
  return what === 'c' && spec.projection !== 0 ? rows[3] : what === 'states' && spec.projection !== 0 ? undefined : rows[2];
}

/** A cell that is called itself; one of Haiku's that is unrolled gives all steps. */
const isStep = (spec: LayerSpec): boolean => spec.isCell && spec.options['unrolled'] !== true;

/** The fields that a value's shape is made of. */
const fields = ['units', 'layers', 'bidirectional', 'projection'] as const;
/** A longer hint hides code. */
const longest = 32;

/** `(N, T, 256)` for a hint behind the name, with source text for what another value may be passed for; undefined where that is not sure. */
export function hintOf(spec: LayerSpec, mention: Mention): string | undefined {
  const { takes, name, packed, what } = mention;
  if (takes !== true || (packed && what === 'output') || /^_+$/.test(name)) return undefined;
  const open = (field: string): boolean => spec.assumed.includes(field);
  if (what === 'output' && !isStep(spec) && (spec.batchFirst === null || open('batchFirst') || open('mergeMode') || !sequences(spec))) return undefined;
  const written = { ...spec, ...Object.fromEntries(fields.filter(open).map(f => [f, null])) };
  if (fields.some(f => written[f] === null && (f === 'bidirectional' || !isName(spec.symbols[f])))) return undefined;
  const row = rowOf(written, mention);
  const text = row && (what === 'states' && spec.cell === 'lstm' ? `2 × ${row.shape}` : row.shape);
  return text !== undefined && text.length <= longest && !text.includes('…') ? text : undefined;
}

const isName = (symbol: string | undefined): boolean => symbol !== undefined && !symbol.startsWith('*');

/** Whether it is settled if a layer of Keras or TF.js gives every step, and how both directions are merged. */
function sequences({ framework, options, assumed, bidirectional }: LayerSpec): boolean {
  if (framework === 'flax' || framework === 'nnx') return bidirectional !== true || options['mergeMode'] === 'concat';
  if (framework !== 'keras' && framework !== 'tfjs') return true;
  const merged = bidirectional !== true || ['concat', 'sum', 'mul', 'ave'].includes(String(options['mergeMode']));
  return merged && typeof options['returnSequences'] === 'boolean' && !assumed.includes('returnSequences');
}

const heads = {
  output: saying('output'), states: saying('final states'), h: saying('final hidden state h'), c: saying('final cell state c'), layer: saying('layer'),
} as const;

/** Links below it. */
export interface ValueLinks { readonly tell?: Tell; line?(line: number): string | undefined; readonly actions?: string }

/** The Markdown of a value's hover; '' where nothing is known of it. */
export function valueMarkdown(spec: LayerSpec, mention: Mention, { tell = inEnglish, line, actions = '' }: ValueLinks = {}): string {
  const row = rowOf(spec, mention, tell);
  if (!row) return '';
  const head = isStep(spec) ? tell(mention.what === 'c' ? saying('next cell state c') : mention.what === 'h' ? saying('next hidden state h') : saying('next states')) : tell(heads[mention.what]);
  const url = line?.(spec.line);
  const place = escapeMarkdown(tell(saying('Line {0}', spec.line)));
  const notes = notesOf(spec, mention).map(n => `$(info) ${sentence(tell(n))}`);
  return [
    `### ${escapeMarkdown(brief(mention.name) === head ? head : tell(saying('{0}: {1}', brief(mention.name), head)))}`,
    shapeTable([{ ...row, what: head }], tell),
    ...(notes.length > 0 ? [notes.join('  \n')] : []),
    `${escapeMarkdown(titleOf(spec, tell))} · ${url ? `[${place}](${url})` : place}`,
    ...(actions ? [actions] : []),
  ].join('\n\n');
}

function notesOf(spec: LayerSpec, { what, packed }: Mention): ReturnType<typeof saying>[] {
  if (packed && what === 'output') return [saying('Packed: this is its shape once `pad_packed_sequence` has unpacked it.')];
  if (spec.framework !== 'pytorch' || spec.isCell) return [];
  if (what === 'output' && spec.bidirectional === true) return [saying('At the last step, the reverse half has read one step only.')];
  if (what === 'output') return [];
  if (spec.bidirectional === true) return [saying('`[-2]` is the last layer forward, `[-1]` the last layer in reverse.')];
  return spec.bidirectional === false && spec.layers !== null && spec.layers > 1 ? [saying('`[-1]` is the last layer.')] : [];
}
