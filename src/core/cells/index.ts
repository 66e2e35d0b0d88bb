/** The cells known by name. Adding one is a file beside this and a word in the list. */
import type { Cell } from './cell';
import { gru } from './gru';
import { gruResetBefore } from './gruResetBefore';
import { lstm } from './lstm';
import { lstmPeephole } from './lstmPeephole';
import { lstmProjected } from './lstmProjected';
import { rnn, rnnRelu } from './rnn';

export const cells: readonly Cell[] = [rnn, rnnRelu, lstm, lstmPeephole, lstmProjected, gru, gruResetBefore];

/** The cell with this id. @throws Error that names the known ones */
export function cellById(id: string): Cell {
  const cell = cells.find(c => c.id === id);
  if (!cell) throw new Error(`No cell is called "${id}"; known are ${cells.map(c => c.id).join(', ')}.`);
  return cell;
}
