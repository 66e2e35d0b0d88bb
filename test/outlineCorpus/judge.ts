/** Holds an outline against a truth, layer by layer and field by field. */
import type { LayerSpec } from '../../src/source/outline';
import { fields, type TruthLayer } from './truth';

/**
 * `right`: the same, or rightly unknown. `open`: the truth knows, the outline does not. `assumed`: the truth is null and the outline gives
 * a default as such. `wrong`: the outline says a value that is not so, or says it surely where it holds only by default.
 */
export type Verdict = 'right' | 'open' | 'assumed' | 'wrong';

export interface Judged { readonly field: string; readonly verdict: Verdict; readonly said: unknown; readonly true: unknown; readonly line: number; readonly framework: string }

export interface Comparison {
  readonly found: number;
  readonly matched: number;
  /** Layers that are none, and true ones that were not found. */
  readonly falseOnes: readonly LayerSpec[];
  readonly missed: readonly TruthLayer[];
  readonly judged: readonly Judged[];
}

/** Matches layers by line, then by likeness, and judges every field of the truth. */
export function compare(found: readonly LayerSpec[], truth: readonly TruthLayer[]): Comparison {
  const left = [...found];
  const missed: TruthLayer[] = [];
  const judged: Judged[] = [];
  for (const layer of truth) {
    const best = left.filter(f => samePlace(f, layer)).sort((a, b) => likeness(b, layer) - likeness(a, layer))[0];
    if (!best) { missed.push(layer); continue; }
    left.splice(left.indexOf(best), 1);
    judged.push(...judge(best, layer));
  }
  return { found: found.length, matched: truth.length - missed.length, falseOnes: left, missed, judged };
}

function samePlace(found: LayerSpec, truth: TruthLayer): boolean {
  if (found.framework !== truth.framework) return false;
  return truth.cellIndex === undefined ? found.line === truth.line : found.cellIndex === truth.cellIndex && found.cellLine === truth.cellLine;
}

function likeness(found: LayerSpec, truth: TruthLayer): number {
  return fields.filter(f => truth[f] !== undefined && found[f] === truth[f]).length;
}

function judge(found: LayerSpec, truth: TruthLayer): Judged[] {
  const place = { line: truth.line, framework: truth.framework };
  const plain = fields.flatMap((field): Judged[] => {
    const value = truth[field];
    if (value === undefined) return [];
    const surely = found.assumed.includes(field) ? false : truth.assumed?.includes(field) === true;
    return [{ ...place, field, said: found[field], true: value, verdict: surely && found[field] !== null ? 'wrong' : verdict(found[field], value, found.assumed.includes(field)) }];
  });
  const options = Object.entries(truth.options ?? {}).map(([key, value]): Judged => {
    const said = Object.hasOwn(found.options, key) ? found.options[key] ?? null : null;
    return { ...place, field: `options.${key}`, said, true: value, verdict: verdict(said, value, false) };
  });
  return [...plain, ...options];
}

function verdict(said: unknown, value: unknown, assumed: boolean): Verdict {
  if (said === value) return 'right';
  if (said === null) return 'open';
  return value === null && assumed ? 'assumed' : 'wrong';
}
