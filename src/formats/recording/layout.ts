/**
 * Which axis of an array is what, as a word of letters, one an axis: t time, u units, b sequences of a batch, l levels, d directions.
 * `tbu` is [steps, batch, units].
 */
import { shapeText } from '../parts/checked';
import type { Role } from './roles';

/** The layouts that an array of so many axes may have, the usual first. */
const layouts: readonly (readonly string[])[] = [
  [], ['t'], ['tu', 'ut'], ['tbu', 'btu', 'ltu', 'tlu', 'but', 'tdu'], ['ltbu', 'lbtu', 'tlbu', 'bltu', 'btlu', 'tdbu', 'btdu'],
];

const axes: Readonly<Record<string, string>> = { t: 'steps', u: 'units', b: 'sequences', l: 'layers', d: 'directions' };

/** `steps × sequences × units`. */
export const layoutLabel = (layout: string): string => [...layout].map(a => axes[a] ?? a).join(' × ');

export const layoutsOf = (rank: number): readonly string[] => layouts[rank] ?? [];

export interface LaidOut {
  readonly layout: string;
  /** What else it could be, where nothing decides; the one taken first. */
  readonly others: readonly string[];
  readonly why: string;
}

/** How many steps there are, and from what that is known. */
export interface Time { readonly steps: number; readonly why: string; readonly sure: boolean }

/**
 * The length that is time: that of labels, else the one that all arrays share. Undefined where there is none.
 * `first`: the first axis is time, as the file's own form says.
 */
export function timeOf(roles: readonly Role[], labels: { readonly name: string; readonly count: number } | undefined, first: boolean): Time | undefined {
  const shapes = roles.map(r => r.array.shape);
  if (first) return { steps: shapes[0]?.[0] ?? 0, why: 'each row of the file is a step', sure: true };
  const has = (n: number): boolean => shapes.every(s => s.includes(n));
  if (labels && labels.count > 1 && has(labels.count)) return { steps: labels.count, why: `${labels.name} has ${labels.count} entries, one a step`, sure: true };
  const shared = [...new Set(shapes[0] ?? [])].filter(n => n > 1 && has(n));
  const distinct = new Set(shapes.map(s => s.join()));
  if (shared.length === 1 && distinct.size > 1) return { steps: shared[0]!, why: `all arrays share an axis of ${shared[0]}, and no other`, sure: true };
  return undefined;
}

/** What the rest of the file tells of an array's axes. */
export interface Around {
  /** Names tell levels apart, so no axis need. */
  readonly named: boolean;
  /** Why there is no batch: an input without one (`sure`), or labels of one sequence. */
  readonly flat?: { readonly why: string; readonly sure: boolean };
  /** An input that is a batch. */
  readonly batched?: { readonly why: string };
}

/** How one array lies; undefined where it has more axes than any layout. */
export function layoutOf(role: Role, time: Time | undefined, known: Around): LaidOut | undefined {
  const { shape } = role.array;
  const all = layoutsOf(shape.length);
  if (all.length === 0) return undefined;
  const fits = all.filter(layout => [...layout].every((axis, k) => (axis === 'd' ? shape[k]! <= 2 : true)) && (!time || shape[layout.indexOf('t')] === time.steps));
  const possible = fits.length > 0 ? fits : all;
  const cost = (layout: string): number => price(layout, shape, known) + (role.signal === 'x' && layout.includes('l') ? 3 * UNLIKELY : 0);
  const ranked = [...possible].sort((a, b) => cost(a) - cost(b));
  const best = ranked[0]!;
  const others = ranked.filter(l => cost(l) < cost(best) + UNLIKELY);
  const sure = others.length === 1;
  const said = time && fits.length > 0 ? `${time.why}; ` : '';
  return {
    layout: best, others: sure ? [] : others,
    why: sure ? `${said}${flatly(best, known)}${shapeText(shape)} is then ${layoutLabel(best)}` : `${said}${shapeText(shape)} could be ${others.slice(0, 3).map(layoutLabel).join(' or ')}; ${reason(best, shape, known)}`,
  };
}

const flatly = (layout: string, { flat, batched }: Around): string => (flat && layout.includes('l') ? `${flat.why}; ` : batched && layout.includes('b') ? `${batched.why}; ` : '');

const UNLIKELY = 10;

/** What speaks against a layout: differences below UNLIKELY only order the choices. */
function price(layout: string, shape: readonly number[], { named, flat, batched }: Around): number {
  const sizeOf = (axis: string): number => shape[layout.indexOf(axis)] ?? 0;
  let price = layoutsOf(shape.length).indexOf(layout) / 10;
  // An axis of one is a batch of one, and cannot be told from a level of one.
  if (layout.includes('b') && sizeOf('b') === 1) price -= 2 * UNLIKELY;
  if (layout.includes('t') && sizeOf('t') === 1 && shape.some(n => n > 1)) price += 2 * UNLIKELY;
  if (layout.includes('l') && named) price += UNLIKELY;
  if (layout.includes('l') && sizeOf('l') > 16) price += UNLIKELY;
  if (layout.includes('b') && sizeOf('b') > 1 && flat) price += flat.sure ? 2 * UNLIKELY : 5;
  if (layout.includes('l') && !layout.includes('b') && batched) price += 2 * UNLIKELY;
  if (layout.includes('d') && batched) price += UNLIKELY;
  if (layout.includes('d')) price += named ? 3 : 5;
  if (layout.endsWith('t')) price += shape.length > 2 ? UNLIKELY : 1;
  // The last resort, and said to be: sequences are mostly longer than batches.
  if (layout.includes('b') && sizeOf('b') > sizeOf('t')) price += 4;
  if (layout.includes('l') && sizeOf('l') > sizeOf('t')) price += 4;
  return price;
}

function reason(layout: string, shape: readonly number[], { flat }: Around): string {
  if (flat && !layout.includes('b')) return `${flat.why}, so ${layoutLabel(layout)} is taken`;
  if (shape.length === 2) return 'steps are mostly the first axis';
  const [t, b] = [shape[layout.indexOf('t')] ?? 0, shape[layout.indexOf('b')] ?? 0];
  return layout.includes('b') && t > b ? 'nothing says which, so the longer axis is taken as steps' : `nothing says which, so ${layoutLabel(layout)} is taken, the usual one`;
}
