/** What a recorded signal is, by its cell's equations. */
import type { Cell } from '../cells/cell';
import type { SignalKind } from '../program';
import { programOf } from '../programs';
import type { StatsKind } from '../stats';

/** `input` for x; by its usual name where the cell is not known. */
export function signalKindOf(cell: Cell | undefined, name: string): SignalKind | 'input' {
  if (name === 'x') return 'input';
  const found = cell && programOf(cell).signals.find(s => s.name === name);
  return found?.kind ?? (name === 'h' || name === 'c' ? 'state' : 'value');
}

/** A state that the equations squash before it is seen counts as the output gate sees it. */
export function statsKindOf(cell: Cell | undefined, name: string): StatsKind {
  const kind = signalKindOf(cell, name);
  return kind === 'state' && name === 'c' ? 'cell' : kind;
}
