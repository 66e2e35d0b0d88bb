/** What a cell and the modules in it have in common while they are read: tensors, states, notes, and how much reading may cost. */
import type { Said } from '../../core/said';
import type { Scope } from '../code/scopes';
import type { Dialect } from './framework';
import type { CellTensor } from './spec';
import type { Term } from './values';

/** Expressions that one cell may cost, and calls inside calls. */
export const MOST = 4000, DEEPEST = 12;

/** What a cell and the modules in it have in common. */
export class Common {
  readonly tensors: CellTensor[] = [];
  readonly declared: { readonly name: string; readonly given: string | undefined; readonly untrained: boolean }[] = [];
  readonly known = new Map<string, number>();
  readonly found: { readonly name: string }[] = [];
  readonly split = new Map<Term, readonly Term[]>();
  readonly wholes = new Map<Term, string>();
  readonly unnamed = new Map<string, number>();
  readonly said = new Map<string, Said>();
  readonly parts = new Set<Scope>();
  constructing = false;
  budget = MOST;
  depth = 0;
}

/** The tensors with the names that files have for them: some go by their order, in which those that are not trained come last. */
export function spelled({ tensors, declared }: Common, dialect: Dialect): readonly CellTensor[] {
  const ordered = [...declared].sort((a, b) => Number(a.untrained) - Number(b.untrained));
  return tensors.map(t => {
    const own = declared.find(d => d.name === t.name);
    const order = ordered.filter(d => ownerOf(d.name) === ownerOf(t.name)).findIndex(d => d.name === t.name);
    return { ...t, names: dialect.spellings(t.name, order, own?.given) };
  });
}

const ownerOf = (tensor: string): string => tensor.replace(/[./]?[^./]*$/, '');
