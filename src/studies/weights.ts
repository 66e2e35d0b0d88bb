/** The weights of one signal's equation, in blocks that fit a small picture. */
import { parse } from '../core/equations';
import type { Tensor } from '../core/layer';
import type { WeightMatrix } from '../questions/weights';
import { layerOf } from './run';
import type { Study } from './study';

/** Rows and columns of a picture, at most. */
export const MOST_SHOWN = 96;

export const weights: Study<'weights'> = {
  name: 'weights',
  *answer(runs, { run, level, direction, signal, unit }) {
    const { cell, params } = layerOf(runs.run(run), level, direction);
    const equation = parse(cell.equations).signals.find(s => s.name === signal)?.equation ?? '';
    const named = [...new Set(equation.match(/[\p{L}\p{N}_]+/gu) ?? [])].filter(name => Object.hasOwn(params, name));
    const matrices: WeightMatrix[] = [];
    for (const name of named.filter(n => params[n]!.shape.length === 2)) {
      matrices.push(pooled(name, params[name]!));
      yield { done: matrices.length, total: named.length, what: '' };
    }
    return { matrices, vectors: named.filter(n => params[n]!.shape.length === 1).map(name => ({ name, value: params[name]!.data[unit] ?? NaN })) };
  },
};

function pooled(name: string, { shape: [rows = 0, columns = 0], data }: Tensor): WeightMatrix {
  const [shownRows, shownColumns] = [Math.min(rows, MOST_SHOWN), Math.min(columns, MOST_SHOWN)];
  const shown = new Float32Array(shownRows * shownColumns);
  let most = 0;
  for (let r = 0; r < rows; r++) {
    const line = Math.floor(r * shownRows / rows) * shownColumns;
    for (let c = 0; c < columns; c++) {
      const at = line + Math.floor(c * shownColumns / columns), value = data[r * columns + c]!;
      if (!(Math.abs(value) <= Math.abs(shown[at]!))) shown[at] = value; // NaN, too, is worth seeing
      if (Math.abs(value) > most) most = Math.abs(value);
    }
  }
  return { name, rows, columns, data: shown, shownRows, shownColumns, most };
}
