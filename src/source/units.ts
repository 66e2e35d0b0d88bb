/**
 * Code in several places, such as the cells of a notebook or the blocks of a Markdown text: read as one, so that names of earlier places
 * are known, and given back place by place.
 */
import type { CodeCell } from './cell/spec';
import type { Fix, LayerSpec, Outline, Problem, Span } from './outline';

/** A run of text and where it starts in its document. */
export interface Piece { readonly text: string; readonly from: number }

/** A cell or block: its pieces, one under the other. Units of one `document` have positions of one text. */
export interface Unit { readonly pieces: readonly Piece[]; readonly document: number }

interface Joined {
  readonly text: string;
  /** Start of each unit in the text. */
  readonly starts: readonly number[];
  original(position: number): { readonly unit: number; readonly at: number };
}

function join(units: readonly Unit[]): Joined {
  const starts: number[] = [];
  const ends: { readonly at: number; readonly unit: number; readonly from: number }[] = [];
  let text = '';
  units.forEach((unit, u) => {
    if (u > 0) text += '\n';
    starts.push(text.length);
    unit.pieces.forEach((piece, i) => {
      if (i > 0) text += '\n';
      ends.push({ at: text.length, unit: u, from: piece.from });
      text += piece.text;
    });
  });
  return {
    text, starts,
    original: position => {
      const piece = before(ends, position);
      return { unit: piece?.unit ?? 0, at: piece ? piece.from + position - piece.at : position };
    },
  };
}

/** The last piece that starts at or before a position. */
function before<T extends { readonly at: number }>(pieces: readonly T[], position: number): T | undefined {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pieces[middle]?.at ?? 0) <= position) low = middle;
    else high = middle - 1;
  }
  return pieces[low];
}

/** A layer and the unit it stands in, with positions in that unit's document. */
export interface Placed { readonly unit: number; readonly spec: LayerSpec }

export interface PlacedOutline {
  readonly layers: readonly Placed[];
  readonly problems: readonly { readonly unit: number; readonly problem: Problem }[];
  readonly cells: readonly { readonly unit: number; readonly cell: CodeCell }[];
}

/** Reads units as one text. A name that another unit binds anew counts as the unit itself, or those up to it, have it. */
export function outlineUnits(units: readonly Unit[], read: (text: string) => Outline): PlacedOutline {
  const whole = join(units);
  const found = read(whole.text);
  const placed = found.layers.map(spec => ({ unit: whole.original(spec.span.from).unit, ...onceMore(spec, whole, units) }));
  const again = rebound(units, placed);
  const layers = placed.map(p => again.has(p.unit) && open(p.spec) > 0 ? better(p, units, read) : p);
  const problems = found.problems.map(problem => ({ unit: whole.original(problem.span.from).unit, problem: problemAt(problem, whole) }));
  return { layers, problems, cells: (found.cells ?? []).map(cell => ({ unit: whole.original(cell.span.from).unit, cell: cellAt(cell, whole) })) };
}

/** The place of a reason counts where it stands in the same unit; else it is told at the class. */
function cellAt(cell: CodeCell, joined: Joined): CodeCell {
  const span = spanAt(cell.span, joined), body = spanAt(cell.body, joined);
  if (!('whySpan' in cell)) return { ...cell, span, body };
  const isHere = joined.original(cell.whySpan.from).unit === joined.original(cell.span.from).unit;
  return { ...cell, span, body, whySpan: isHere ? spanAt(cell.whySpan, joined) : span };
}

function onceMore(spec: LayerSpec, joined: Joined, units: readonly Unit[]): { readonly spec: LayerSpec } {
  const unit = joined.original(spec.span.from).unit;
  const here = (span: Span): boolean => units[joined.original(span.from).unit]?.document === units[unit]?.document;
  const problems = spec.problems.filter(p => here(p.span)).map(p => problemAt(p, joined));
  const mentions = spec.mentions?.filter(m => here(m.span)).map(m => ({ ...m, span: spanAt(m.span, joined) })) ?? [];
  return { spec: { ...spec, problems, mentions, span: spanAt(spec.span, joined), callee: spanAt(spec.callee, joined) } };
}

/** Both ends count from the same piece, but for a span over several. */
function spanAt({ from, to }: Span, joined: Joined): Span {
  const start = joined.original(from);
  const end = joined.original(Math.max(from, to - 1));
  return { from: start.at, to: to === from ? start.at : end.at + 1 };
}

function problemAt(problem: Problem, joined: Joined): Problem {
  const { related, fixes } = problem;
  return {
    ...problem, span: spanAt(problem.span, joined),
    ...(related ? { related: { ...related, span: spanAt(related.span, joined) } } : {}),
    ...(fixes ? { fixes: fixes.map((fix): Fix => ({ ...fix, edits: fix.edits.map(e => ({ ...e, span: spanAt(e.span, joined) })) })) } : {}),
  };
}

const fields = ['cell', 'inputSize', 'units', 'layers', 'bidirectional', 'batchFirst', 'dropout', 'bias', 'projection'] as const;

/** How many fields are not known. */
function open(spec: LayerSpec): number {
  return fields.filter(f => spec[f] === null).length;
}

/** Units with an open layer whose source text has a name that two units bind. */
function rebound(units: readonly Unit[], placed: readonly Placed[]): ReadonlySet<number> {
  const texts = units.map(u => u.pieces.map(p => p.text).join('\n'));
  const often = new Map<string, boolean>();
  const isOften = (name: string): boolean => {
    const known = often.get(name) ?? texts.filter(t => new RegExp(`(^|[\\n;,({ ])${name.replaceAll('$', '\\$')}\\s*(,[^=\\n]*)?=[^=]`).test(t)).length > 1;
    often.set(name, known);
    return known;
  };
  const names = ({ spec }: Placed): readonly string[] => Object.values(spec.symbols).flatMap(s => s.match(/[A-Za-z_$][\w$]*/g) ?? []);
  return new Set(placed.filter(p => open(p.spec) > 0 && names(p).some(isOften)).map(p => p.unit));
}

/** What the units up to this one say of the layer, or the unit alone: whichever leaves least open. */
function better(layer: Placed, units: readonly Unit[], read: (text: string) => Outline): Placed {
  const choices = [units.slice(0, layer.unit + 1), units.slice(layer.unit, layer.unit + 1)].flatMap(some => {
    const joined = join(some);
    const start = joined.starts.at(-1) ?? 0;
    return read(joined.text).layers.filter(l => l.span.from >= start).map(l => onceMore(l, joined, some).spec)
      .filter(l => l.callee.from === layer.spec.callee.from && l.framework === layer.spec.framework && l.isCell === layer.spec.isCell);
  });
  return choices.reduce<Placed>((best, spec) => open(spec) < open(best.spec) ? { unit: layer.unit, spec: { ...spec, problems: best.spec.problems } } : best, layer);
}
