/** Cells of TensorFlow 1: tf.nn.rnn_cell and tf.contrib.rnn (tensorflow/python/ops/rnn_cell_impl.py). */
import { fieldReader, matchArguments, sourceOf, type FieldReader } from '../../code/arguments';
import type { CallExpression, Expression } from '../../code/expression';
import { inForce } from '../../code/fold';
import type { Draft } from '../../framework';
import { moduleOf, type Module, type Scope } from '../../code/scopes';
import { target } from '../../code/target';
import { cellsOf, layersOf } from './cells';

type Kind = 'rnn' | 'lstm' | 'gru';
interface Row { readonly cell: Kind; readonly order: readonly string[] }

const lstm: Row = { cell: 'lstm', order: ['num_units', 'use_peepholes', 'cell_clip', 'initializer', 'num_proj'] };
const basic: Row = { cell: 'lstm', order: ['num_units', 'forget_bias', 'state_is_tuple', 'activation'] };
const cells = new Map<string, Row>([
  ['LSTMCell', lstm], ['BasicLSTMCell', basic], ['LSTMBlockCell', basic], ['LSTMBlockFusedCell', basic],
  ['GRUCell', { cell: 'gru', order: ['num_units', 'activation'] }], ['GRUBlockCellV2', { cell: 'gru', order: ['num_units'] }],
  ['BasicRNNCell', { cell: 'rnn', order: ['num_units', 'activation'] }],
]);
const wrappers = new Set(['DropoutWrapper', 'ResidualWrapper', 'DeviceWrapper', 'HighwayWrapper']);

const path = /^(\?\.)?(tf|tensorflow)\.((compat\.v1\.)*nn\.rnn_cell|contrib\.(rnn|cudnn_rnn|grid_rnn)(\.python\.ops\.(core_rnn_cell|rnn_cell))?|models\.rnn\.rnn_cell|python\.ops\.(rnn_cell|rnn_cell_impl)|contrib\.rnn\.core_rnn_cell)\.(\w+)$/;
const loose = /^\?\.rnn_cell\.(\w+)$/;

function className(dotted: string): string | undefined {
  return path.exec(dotted)?.[9] ?? loose.exec(dotted)?.[1];
}

/** Whether a path is a cell of TensorFlow 1 that is read. */
export function isTf1Cell(dotted: string): boolean {
  const name = className(dotted);
  return name !== undefined && (cells.has(name) || name === 'MultiRNNCell');
}

/** Recurrent classes of TensorFlow 1 with equations of their own, which are not read. */
export function refusedTf1(dotted: string): string | undefined {
  const name = className(dotted);
  if (name === undefined || !/RNN|LSTM|GRU|NASCell/i.test(name) || isTf1Cell(dotted) || /^(Dropout|Residual|Device)|StateTuple|^static_|^stack_/.test(name)) return undefined;
  return /^(RNNCell|LayerRNNCell)$/.test(name) ? undefined : `\`${name}\` of TensorFlow 1 has equations of its own, which are not known here.`;
}

/** Reads a cell, or a stack of cells that are alike; undefined where it is neither. */
export function readTf1(call: CallExpression, scope: Scope, naming: { readonly callee: Expression; readonly paths: readonly string[]; readonly certain: boolean }, module: Module): Draft | undefined {
  const names = [...new Set(naming.paths.flatMap(p => className(p) ?? []))];
  if (names.length === 1 && names[0] === 'MultiRNNCell') return stack(call, scope, naming.callee, module);
  const rows = names.flatMap(n => cells.get(n) ?? []);
  const row = rows[0];
  if (!row) return undefined;
  const cell = naming.certain && new Set(rows.map(r => r.cell)).size === 1 ? row.cell : null;
  const fields = fieldReader(matchArguments(call, row.order, scope, module), module);
  if (cell === null) fields.symbols['cell'] = sourceOf(naming.callee, module);
  return {
    framework: 'keras', cell, isCell: true, inputSize: null, units: fields.number('units', 'num_units', null), layers: 1, bidirectional: false, batchFirst: true, dropout: 0, bias: true,
    projection: row === lstm ? projection(fields) : 0, options: optionsOf(fields, cell), symbols: fields.symbols, assumed: fields.assumed, callee: naming.callee, consumed: [],
  };
}

function projection(fields: FieldReader): number | null {
  const given = fields.args.given('num_proj')?.value;
  return given?.kind === 'literal' && given.value === null ? 0 : fields.number('projection', 'num_proj', 0);
}

/** The forget gate's bias is added when it runs, and is not among the weights; a GRU resets before the product. */
function optionsOf(fields: FieldReader, cell: Kind | null): Draft['options'] {
  const activation = fields.has('activation') ? fields.word('activation', 'activation', 'tanh') : 'tanh';
  const forget = cell === 'lstm' ? fields.number('forgetBias', 'forget_bias', 1) : null;
  const peepholes = cell === 'lstm' && fields.has('use_peepholes') ? fields.flag('peepholes', 'use_peepholes', false) : null;
  return {
    ...(activation === null ? {} : { activation: activation === 'linear' ? 'tanh' : activation }), ...(cell === 'lstm' || cell === 'gru' ? { recurrentActivation: 'sigmoid' } : {}),
    ...(cell === 'gru' ? { resetAfter: false } : {}), ...(forget === null ? {} : { forgetBias: forget }), ...(peepholes === true ? { peepholes } : {}),
  };
}

interface Seen { readonly call: CallExpression; readonly scope: Scope; readonly draft: Draft }

/** `MultiRNNCell([cell] * n)`, `MultiRNNCell([a, b])`, `MultiRNNCell([LSTMCell(8) for _ in range(n)])`. */
function stack(call: CallExpression, scope: Scope, callee: Expression, module: Module): Draft | undefined {
  const given = matchArguments(call, ['cells'], scope, module).given('cells');
  const cells = given && cellsOf(given, module);
  const seen = cells?.list.map(c => cellOf(c.value, c.scope, module, 0));
  const first = seen?.[0]?.draft;
  if (!cells || !first || !seen.every(s => s !== undefined)) return undefined;
  const alike = seen.every(({ draft: d }) => d.cell === first.cell && d.units === first.units && d.projection === first.projection && (d.units !== null || d.symbols['units'] === first.symbols['units']));
  if (!alike) return undefined;
  return {
    ...first, ...layersOf(cells, seen.length, first), callee, consumed: [...new Set(seen.flatMap(s => [s.call.from, ...s.draft.consumed]))],
  };
}

/** The cell that an expression makes or names, behind wrappers. */
function cellOf(e: Expression | undefined, scope: Scope, module: Module, depth: number): Seen | undefined {
  if (!e || depth > 6) return undefined;
  if (e.kind === 'name') {
    const { bindings, assumed } = inForce(e.name, e.from, scope, module);
    const only = bindings.length === 1 && !assumed ? bindings[0] : undefined;
    return only?.kind === 'value' ? cellOf(moduleOf(only.scope, module).expression(only.node), only.scope, module, depth + 1) : undefined;
  }
  if (e.kind !== 'call') return undefined;
  const { paths, certain } = target(e.callee, scope, module);
  if (paths.some(p => wrappers.has(className(p) ?? ''))) return cellOf(e.args[0]?.value, scope, module, depth + 1);
  const mine = paths.filter(isTf1Cell);
  const draft = mine.length > 0 ? readTf1(e, scope, { callee: e.callee, paths: mine, certain }, module) : undefined;
  return draft && { call: e, scope, draft };
}
