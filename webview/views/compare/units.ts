/** Which unit is looked at in each column: the shared selection in the layer that is shown and in others of its very kind, its own choice in every other. */
import type { CompareColumn } from '../../../src/questions/compare';
import { ownOf, type State, type Store } from '../../state';
import { VIEW } from './choices';

export class Held {
  /** Runs whose units are those of the layer that is shown, one for one. */
  private following: ReadonlySet<string> = new Set();

  constructor(private readonly store: Store) {}

  /** Takes note of which columns there are. */
  build(state: State, columns: readonly CompareColumn[]): void {
    const shown = columns.find(c => c.run === state.run);
    this.following = new Set(columns.filter(c => c === shown || (shown && !c.invented && c.cell.id === shown.cell.id && c.units === shown.units)).map(c => c.run));
  }

  unitOf(state: State, column: CompareColumn): number {
    if (this.follows(column)) return Math.min(state.selection.unit, column.units - 1);
    const { units } = ownOf(state, VIEW);
    const kept: unknown = typeof units === 'object' && units !== null && Object.hasOwn(units, column.run) ? (units as Record<string, unknown>)[column.run] : undefined;
    return typeof kept === 'number' && Number.isInteger(kept) && kept >= 0 && kept < column.units ? kept : column.liveliest;
  }

  follows({ run }: CompareColumn): boolean { return this.following.has(run); }

  choose(state: State, column: CompareColumn, unit: number): void {
    if (this.follows(column)) { this.store.select({ unit }); return; }
    const { units } = ownOf(state, VIEW);
    const kept = typeof units === 'object' && units !== null ? Object.entries(units as Record<string, unknown>).slice(-MOST_KEPT) : [];
    this.store.keep(VIEW, { units: Object.fromEntries([...kept.filter(([run]) => run !== column.run), [column.run, unit]]) });
  }
}

/** Choices of units that are remembered. */
const MOST_KEPT = 12;
