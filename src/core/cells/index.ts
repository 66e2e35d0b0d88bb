/** The cells known by name. Adding one is a file beside this and a word in the list. */
import type { Cell } from './cell';
import { cifg } from './cifg';
import { gru } from './gru';
import { gruResetBefore } from './gruResetBefore';
import { janet } from './janet';
import { lstm } from './lstm';
import { lstmLayerNorm } from './lstmLayerNorm';
import { lstmPeephole } from './lstmPeephole';
import { lstmProjected } from './lstmProjected';
import { mgu } from './mgu';
import { mguResetAfter } from './mguResetAfter';
import { minGRU } from './minGRU';
import { minLSTM } from './minLSTM';
import { rnn, rnnRelu } from './rnn';

export const cells: readonly Cell[] = [
  rnn, rnnRelu, lstm, lstmPeephole, lstmProjected, gru, gruResetBefore,
  cifg, janet, lstmLayerNorm, mgu, mguResetAfter, minGRU, minLSTM,
];

/** The cell with this id. @throws Error that names the known ones */
export function cellById(id: string): Cell {
  const cell = cells.find(c => c.id === id);
  if (!cell) throw new Error(`No cell is called "${id}"; known are ${cells.map(c => c.id).join(', ')}.`);
  return cell;
}
