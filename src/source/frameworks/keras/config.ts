/** Keras configurations written as JSON: `model.to_json()`, config.json of a .keras file, model.json of TensorFlow.js. */
import { readJson, type JsonNode } from '../../documents/jsonTree';
import { configWidths, lastSize, type Widths } from './configWidths';
import { entry, scalar, serialised, word, type Serialised } from './serialised';
import type { LayerSpec, Outline, Problem } from '../../outline';
import { parameterCount } from '../../describe/parameters';
import { lineStarts, place } from '../../place';

/** A text without one of these is no such configuration, whatever else it is. */
const mentions = /"class_name"\s*:\s*"(CuDNN)?(LSTM|GRU|SimpleRNN|RNN|ConvLSTM)/;

/** Recurrent layers of a configuration; a text that is none has none. Never throws. */
export function outlineConfig(text: string): Outline {
  const tree = mentions.test(text) ? readJson(text) : undefined;
  if (!tree) return { layers: [], problems: [] };
  const reading: Reading = { text, starts: lineStarts(text), layers: [], problems: [], framework: /"generatedBy"\s*:\s*"TensorFlow\.js/.test(text) ? 'tfjs' : 'keras', widths: configWidths(tree) };
  visit(tree, '', reading);
  return { layers: reading.layers, problems: reading.problems };
}

interface Reading {
  readonly text: string;
  readonly starts: readonly number[];
  readonly layers: LayerSpec[];
  readonly problems: Problem[];
  readonly framework: 'keras' | 'tfjs';
  readonly widths: Widths;
}

type Kind = 'rnn' | 'lstm' | 'gru';
const kinds = new Map<string, Kind>([['LSTM', 'lstm'], ['GRU', 'gru'], ['SimpleRNN', 'rnn'], ['CuDNNLSTM', 'lstm'], ['CuDNNGRU', 'gru'], ['LSTMCell', 'lstm'], ['GRUCell', 'gru'], ['SimpleRNNCell', 'rnn']]);

/** Walks models in models; a recurrent layer is one entry, with what it wraps. */
function visit(node: JsonNode, owner: string, r: Reading): void {
  const found = serialised(node);
  if (found && layer(found, owner, r)) return;
  const within = found && /Sequential|Model|Functional/.test(found.kind) ? word(found.config, 'name') ?? owner : owner;
  if (node.kind === 'object') for (const child of node.entries.values()) visit(child, within, r);
  if (node.kind === 'array') for (const child of node.items) visit(child, within, r);
}

/** Adds a recurrent layer; false where it is another. */
function layer(s: Serialised, owner: string, r: Reading): boolean {
  if (/^ConvLSTM/.test(s.kind)) { refuse(s, r); return true; }
  const draft = draftOf(s);
  if (draft) r.layers.push(spec(s, draft, owner, r));
  return draft !== undefined;
}

function refuse({ node, kind }: Serialised, r: Reading): void {
  const span = classSpan(node);
  r.problems.push({ code: 'not-supported', severity: 'info', message: `\`${kind}\` is a convolution over time: its gates are images, and it is not shown.`, span, line: place(span.from, r.starts).line });
}

type Draft = Pick<LayerSpec, 'cell' | 'isCell' | 'units' | 'layers' | 'bidirectional' | 'batchFirst' | 'dropout' | 'bias' | 'options'> & { readonly own: number | null };

function draftOf(s: Serialised, depth = 0): Draft | undefined {
  if (depth > 4) return undefined;
  const cell = kinds.get(s.kind);
  if (cell) return plain(s, cell);
  const inner = serialised(entry(s.config, s.kind === 'RNN' ? 'cell' : 'layer'));
  if (s.kind === 'Bidirectional' && inner) return both(s, draftOf(inner, depth + 1));
  return s.kind === 'RNN' ? ofCells(s, inner) : undefined;
}

function plain({ kind, config, node }: Serialised, cell: Kind): Draft {
  const has = reader(config);
  const cudnn = kind.startsWith('CuDNN');
  return {
    cell, isCell: kind.endsWith('Cell'), units: has.number(['units', 'output_dim']), layers: 1, bidirectional: false, batchFirst: not(has.flag(['time_major'], false)),
    dropout: cudnn ? 0 : has.number(['dropout', 'dropout_W'], 0), bias: has.flag(['use_bias'], true), options: { ...cellOptions(has, cell, cudnn), ...(kind.endsWith('Cell') ? {} : layerOptions(has)) },
    own: lastSize(entry(config, 'batch_input_shape')) ?? lastSize(entry(entry(node, 'build_config'), 'input_shape')) ?? has.number(['input_dim']),
  };
}

const not = (flag: boolean | null): boolean | null => flag === null ? null : !flag;

type Options = Record<string, string | number | boolean>;

/** Options that a configuration does not have are those of the version before they were: it was written with that. */
function cellOptions(has: ConfigReader, cell: Kind, cudnn: boolean): Options {
  const all: readonly (readonly [string, string | number | boolean | null])[] = [
    ['activation', cudnn ? 'tanh' : has.word(['activation'])],
    ...(cell === 'rnn' ? [] : [['recurrentActivation', cudnn ? 'sigmoid' : has.word(['recurrent_activation', 'inner_activation'])] as const]),
    ...(cell === 'gru' ? [['resetAfter', cudnn || has.flag(['reset_after'], false)] as const] : []),
    ...(cell === 'lstm' ? [['unitForgetBias', has.flag(['unit_forget_bias'], true)] as const] : []),
    ['recurrentDropout', has.number(['recurrent_dropout', 'dropout_U'], 0)],
    ...(cudnn && cell === 'lstm' ? [['doubleBias', true] as const] : []),
  ];
  return known(all);
}

function known(all: readonly (readonly [string, string | number | boolean | null])[]): Options {
  return Object.fromEntries(all.flatMap(([key, value]) => value === null ? [] : [[key, value]]));
}

function layerOptions(has: ConfigReader): Options {
  const flags = [['returnSequences', 'return_sequences'], ['returnState', 'return_state'], ['goBackwards', 'go_backwards'], ['stateful', 'stateful'], ['unroll', 'unroll']] as const;
  return known(flags.map(([key, name]) => [key, has.flag([name], false)] as const));
}

function both(s: Serialised, draft: Draft | undefined): Draft | undefined {
  if (!draft || draft.isCell) return undefined;
  const merge = scalar(s.config, 'merge_mode');
  const other = serialised(entry(s.config, 'backward_layer'));
  const back = other && draftOf(other, 2);
  const same = !back || (back.cell === draft.cell && back.units === draft.units && back.bias === draft.bias);
  const own = lastSize(entry(s.config, 'batch_input_shape')) ?? lastSize(entry(entry(s.node, 'build_config'), 'input_shape')) ?? draft.own;
  return { ...draft, units: same ? draft.units : null, bidirectional: true, own, options: { ...draft.options, ...(merge === undefined ? {} : { mergeMode: merge === null ? 'none' : String(merge) }) } };
}

/** `RNN` over a cell, a list of cells, or StackedRNNCells: cells that are alike make one entry. */
function ofCells(s: Serialised, inner: Serialised | undefined): Draft | undefined {
  const listed = inner?.kind === 'StackedRNNCells' ? entry(inner.config, 'cells') : entry(s.config, 'cell');
  const cells = listed?.kind === 'array' ? listed.items.map(serialised) : [inner];
  const drafts = cells.map(c => c && kinds.has(c.kind) ? draftOf(c, 3) : undefined);
  const first = drafts[0];
  if (!first?.isCell || !drafts.every(d => d?.cell === first.cell)) return undefined;
  const alike = drafts.every(d => d?.units === first.units && d.bias === first.bias);
  const own = lastSize(entry(s.config, 'batch_input_shape')) ?? lastSize(entry(entry(s.node, 'build_config'), 'input_shape'));
  return { ...first, isCell: false, units: alike ? first.units : null, layers: drafts.length, own, options: { ...first.options, ...layerOptions(reader(s.config)) } };
}

interface ConfigReader {
  number(names: readonly string[], absent?: number): number | null;
  flag(names: readonly string[], absent: boolean): boolean | null;
  word(names: readonly string[]): string | null;
}

/** What is absent has its default only where the configuration is whole. */
function reader(config: JsonNode): ConfigReader {
  const find = (names: readonly string[]): string | number | boolean | null | undefined => names.map(n => scalar(config, n)).find(v => v !== undefined);
  const whole = config.kind === 'object' && config.whole;
  return {
    number: (names, absent) => { const v = find(names); return typeof v === 'number' ? v : v === undefined && whole ? absent ?? null : null; },
    flag: (names, absent) => { const v = find(names); return typeof v === 'boolean' ? v : v === undefined && whole ? absent : null; },
    word: names => { const v = find(names); return typeof v === 'string' ? v : v === null ? 'linear' : null; },
  };
}

function classSpan(node: JsonNode): { from: number; to: number } {
  const name = entry(node, 'class_name') ?? node;
  return { from: name.from + 1, to: Math.max(name.from + 1, name.to - 1) };
}

function spec(s: Serialised, { own, ...draft }: Draft, owner: string, r: Reading): LayerSpec {
  const inputSize = own ?? r.widths.get(s.node) ?? null;
  const options = r.framework === 'tfjs' ? camelled(draft.options) : draft.options;
  const base = { framework: r.framework, ...draft, options, inputSize, projection: 0 } as const;
  return {
    ...base, name: word(s.config, 'name') ?? word(s.node, 'name') ?? '', owner, parameters: parameterCount(base), symbols: {}, assumed: [], problems: [],
    span: { from: s.node.from, to: s.node.to }, callee: classSpan(s.node), ...place(s.node.from, r.starts),
  };
}

/** TensorFlow.js writes Keras's spelling of what its own code calls `hardSigmoid`. */
function camelled(options: LayerSpec['options']): LayerSpec['options'] {
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [key, typeof value === 'string' ? value.replace(/_(\w)/g, (_, c: string) => c.toUpperCase()) : value]));
}
