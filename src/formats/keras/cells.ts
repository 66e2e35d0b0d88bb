/** Which recurrent cells a layer's config is made of: plain layers, RNN around cells, wrappers. */
import type { Merge } from '../../core/layer';
import { printable } from '../parts/checked';
import { field, flag, list, record, text, type Json, type JsonRecord } from './json';
import type { ModelLayer } from './model';
import { counted, plainClass } from './names';

export type Kind = 'lstm' | 'gru' | 'rnn';

/** One cell in one direction. */
export interface CellSpec {
  readonly kind: Kind;
  readonly cudnn: boolean;
  readonly config: JsonRecord;
  /** Where Keras 3's layout keeps its weights, within the layer. */
  readonly place: string;
}

/** A recurrent layer, as its config says. */
export interface Recurrent {
  readonly layer: ModelLayer;
  /** Cells that run inside one another, input first; nearly always one. */
  readonly forward: readonly CellSpec[];
  /** Of a Bidirectional. */
  readonly backward: readonly CellSpec[] | undefined;
  readonly merge: Merge;
  /** The forward cells run from the end. */
  readonly goBackwards: boolean;
  readonly returnSequences: boolean;
  readonly notes: readonly string[];
  readonly problem?: string;
}

const layerKinds = new Map<string, Kind>([['LSTM', 'lstm'], ['GRU', 'gru'], ['SimpleRNN', 'rnn'], ['CuDNNLSTM', 'lstm'], ['CuDNNGRU', 'gru']]);
const cellKinds = new Map<string, Kind>([['LSTMCell', 'lstm'], ['GRUCell', 'gru'], ['SimpleRNNCell', 'rnn']]);
const CONVOLUTION = /^ConvLSTM[123]D$/;

/** What a layer is if it is recurrent; a sentence where it is, but of a kind that nobody here knows; else undefined. */
export function recurrentOf(layer: ModelLayer): Recurrent | string | undefined {
  return described(layer, layer.className, layer.config, '');
}

function described(layer: ModelLayer, className: string, config: JsonRecord, place: string): Recurrent | string | undefined {
  // Keras allows none in another; one that a file made up would double at every step.
  if (className === 'Bidirectional' && !place.includes('ward_layer/')) return bidirectional(layer, config, place);
  if (className === 'TimeDistributed' && place === '') return timeDistributed(layer, config);
  if (CONVOLUTION.test(className)) return convolution(layer, className, config);
  const cells = cellsOf(className, config, place);
  if (cells === undefined || typeof cells === 'string') return cells && `${printable(layer.name)}: ${cells}`;
  return {
    layer, forward: cells, backward: undefined, merge: 'concat', notes: [],
    goBackwards: flag(field(config, 'go_backwards')) ?? false, returnSequences: flag(field(config, 'return_sequences')) ?? false,
  };
}

function timeDistributed(layer: ModelLayer, config: JsonRecord): Recurrent | string | undefined {
  const inner = field(config, 'layer');
  const found = described(layer, classOf(inner), record(field(inner, 'config')), 'layer/');
  if (typeof found !== 'object') return found;
  return { ...found, returnSequences: false, notes: ['the model runs it on every step of a longer sequence (TimeDistributed); here it runs on one'] };
}

function convolution(layer: ModelLayer, className: string, config: JsonRecord): Recurrent {
  const cell: CellSpec = { kind: 'lstm', cudnn: false, config, place: 'cell' };
  const problem = `its products are convolutions (${className}), which cannot be run`;
  return { layer, forward: [cell], backward: undefined, merge: 'concat', goBackwards: false, returnSequences: false, notes: [], problem };
}

const MERGES: readonly Merge[] = ['concat', 'sum', 'mul', 'ave'];

function bidirectional(layer: ModelLayer, config: JsonRecord, place: string): Recurrent | string | undefined {
  const inner = field(config, 'layer');
  const other = field(config, 'backward_layer');
  const forward = described(layer, classOf(inner), record(field(inner, 'config')), `${place}forward_layer/`);
  if (typeof forward !== 'object') return forward;
  const back = other === undefined || other === null ? inner : other;
  const backward = described(layer, classOf(back), record(field(back, 'config')), `${place}backward_layer/`);
  if (typeof backward !== 'object') return backward;
  const mode = field(config, 'merge_mode');
  const merge = mode === null ? 'none' : mode === undefined ? 'concat' : MERGES.find(m => m === mode);
  const deep = forward.forward.length > 1 ? 'each direction is several cells inside one another, which cannot be run' : undefined;
  const problem = forward.problem ?? backward.problem ?? (merge ? deep : `its directions are merged by "${printable(text(mode) ?? 'no word')}", which is not known`);
  return { ...forward, backward: backward.forward, merge: merge ?? 'concat', ...(problem === undefined ? {} : { problem }) };
}

const classOf = (json: Json | undefined): string => plainClass(text(field(json, 'class_name')) ?? '');

/** Cells of a layer that runs in one direction. */
function cellsOf(className: string, config: JsonRecord, place: string): readonly CellSpec[] | string | undefined {
  const kind = layerKinds.get(className);
  if (kind) return [{ kind, cudnn: className.startsWith('CuDNN'), config, place: `${place}cell` }];
  if (className !== 'RNN') return undefined;
  const cell = field(config, 'cell');
  const several = list(cell) ?? (classOf(cell) === 'StackedRNNCells' ? list(field(field(cell, 'config'), 'cells')) : undefined);
  return several ? stacked(several, place) : cellOf(cell, `${place}cell`, cell => [cell]);
}

/** As many as a network can have levels is plenty. */
const MOST_CELLS = 1000;

function stacked(cells: readonly Json[], place: string): readonly CellSpec[] | string {
  if (cells.length === 0 || cells.length > MOST_CELLS) return `its RNN has ${cells.length} cells; 1 to ${MOST_CELLS} were expected`;
  const name = counted();
  const made = cells.map(cell => cellOf(cell, `${place}cell/cells/${name(classOf(cell))}`, c => c));
  return made.find(cell => typeof cell === 'string') ?? made.filter(cell => typeof cell !== 'string');
}

function cellOf<T>(cell: Json | undefined, place: string, made: (spec: CellSpec) => T): T | string {
  const kind = cellKinds.get(classOf(cell));
  if (!kind) return `its cell "${printable(classOf(cell) || 'of no name')}" is none that is known (LSTMCell, GRUCell, SimpleRNNCell), so it is left out`;
  return made({ kind, cudnn: false, config: record(field(cell, 'config')), place });
}
