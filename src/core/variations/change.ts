/** What a person changes in a run, as plain data: gates held, units switched off, biases moved, inputs replaced. */

/** Steps [from, to) of the sequence; to its end where `to` is absent. */
interface During { readonly from: number; readonly to?: number }

/** Which layer. */
interface Where { readonly level: number; readonly direction: number }

/** A signal stands at a value, whatever its equation says; all units where `units` is absent. */
export interface Clamp extends During, Where { readonly kind: 'clamp'; readonly signal: string; readonly units?: readonly number[]; readonly value: number }

/** What the units carry on is zero: they contribute nothing to any later step, nor to the levels above. */
export interface Off extends During, Where { readonly kind: 'off'; readonly units: readonly number[] }

/** A number more in the sum that the signal's activation reads; all units where `units` is absent. */
export interface Bias extends During, Where { readonly kind: 'bias'; readonly signal: string; readonly units?: readonly number[]; readonly add: number }

/** Another entry of the vocabulary at a step, or another number in one feature. */
export type InputChange = { readonly kind: 'input'; readonly step: number } & ({ readonly id: number; readonly label?: string } | { readonly feature: number; readonly value: number });

/** A change of a layer. */
export type LayerChange = Clamp | Off | Bias;

export type Change = LayerChange | InputChange;

export const isLayerChange = (change: Change): change is LayerChange => change.kind !== 'input';

/** Does it hold at every step of so many? */
export const isWhole = (change: Change, steps: number): boolean => isLayerChange(change) && change.from <= 0 && (change.to ?? steps) >= steps;
