/** A laid out diagram as SVG, and values written into it. Colours come from the style sheet (media/cell.css), by the class of a hue. */
import { setAttributes } from '../dom';
import { svg } from '../file/svg';
import { l10n } from '../l10n';
import { fixed, percent, signed } from '../words';
import { beforeKey, type BoxPlace, type Joint, type Label, type Pill, type Pipe, type Places, type Point, type Source, type Span, type ValueKey, type ValvePlace, type Wire } from './places';

/** What stands on the wires. Whatever is missing is drawn empty. */
export interface DiagramValues {
  /** By expression, as the study `cell` answers. */
  readonly parts: Readonly<Record<string, number>>;
  /** States before the step. */
  readonly before: Readonly<Record<string, number>>;
  /** Instead of parts: by signal, for valves and boxes alone, as shares of open valves. */
  readonly signals?: Readonly<Record<string, number>>;
  /** What the input was: `↵`. */
  readonly input?: string;
  /** Signals that a change holds: their boxes say so. */
  readonly held?: ReadonlySet<string>;
  /** By signal: how far it is from what it was before the change. */
  readonly apart?: Readonly<Record<string, number>>;
}

export interface DrawOptions {
  /** The |value| that fills a pipe. */
  readonly full: number;
  /** Class of a signal's hue. */
  readonly hueOf: (name: string) => string;
  readonly curveOf: (name: string) => readonly number[];
  /** Path of what an activation reads. */
  readonly preOf: (name: string) => ValueKey | undefined;
  readonly choose?: ((signal: string) => void) | undefined;
  readonly describe: (signal: string) => string;
}

type Lookup = (key: ValueKey) => number | undefined;
/** Writes values into what it was made for. */
export type Fill = (at: Lookup, values: DiagramValues) => void;

const CURVE_TO = 6;

/** The elements of a diagram, and how to fill them. */
export function draw(places: Places, options: DrawOptions): { readonly element: SVGSVGElement; readonly fill: (values: DiagramValues) => void } {
  const fills: Fill[] = [];
  const keep = ([element, fill]: readonly [SVGElement, Fill?]): SVGElement => {
    if (fill) fills.push(fill);
    return element;
  };
  const c: Drawing = { places, options, hue: name => (name === '' ? 'dg-plain' : `hue-${options.hueOf(name)}`) };
  const layers = [
    ...places.pipes.filter(p => p.loop).map(p => pipe(c, p)), ...places.wires.map(w => [wire(c, w)] as const), ...places.pipes.filter(p => !p.loop).map(p => pipe(c, p)),
    ...places.joints.map(j => [joint(j)] as const), ...places.valves.map(v => valve(c, v)), ...places.pills.map(p => [pill(p)] as const),
    ...places.sources.map(s => source(s)), ...places.boxes.map(b => box(c, b)), ...places.labels.map(l => label(c, l)),
  ].map(keep);
  const { width, height } = places;
  const element = svg('svg', { class: `diagram ${options.choose ? 'dg-choose' : ''}`, viewBox: `0 0 ${width} ${height}`, width, height }, ...layers);
  return { element, fill: values => { const at = lookup(places, values); for (const fill of fills) fill(at, values); } };
}

interface Drawing { readonly places: Places; readonly options: DrawOptions; readonly hue: (name: string) => string }

/** A value by its key; by its signal where only signals are known. */
function lookup({ valves, boxes }: Places, { parts, before, signals = {} }: DiagramValues): Lookup {
  const states = new Map(Object.entries(before).map(([name, v]) => [beforeKey(name), v]));
  const known = new Map<string, number>();
  for (const b of boxes) if (Object.hasOwn(signals, b.id)) known.set(b.value, signals[b.id]!);
  for (const v of valves) if (v.signal !== undefined && Object.hasOwn(signals, v.signal)) known.set(v.value, v.inverted ? 1 - signals[v.signal]! : signals[v.signal]!);
  return key => (Object.hasOwn(parts, key) ? parts[key] : states.get(key) ?? known.get(key));
}

/** A way through points, its corners rounded. */
export function way(points: readonly Point[], radius: number): string {
  return points.map(([x, y], k) => {
    const before = points[k - 1], after = points[k + 1];
    if (!before) return `M${x} ${y}`;
    if (!after) return `L${x} ${y}`;
    const [a, b] = [toward([x, y], before, radius), toward([x, y], after, radius)];
    return `L${a[0]} ${a[1]}Q${x} ${y} ${b[0]} ${b[1]}`;
  }).join('');
}

function toward([x, y]: Point, [u, v]: Point, by: number): Point {
  const length = Math.hypot(u - x, v - y);
  const share = length === 0 ? 0 : Math.min(by, length / 2) / length;
  return [x + (u - x) * share, y + (v - y) * share];
}

function arrowAt(points: readonly Point[], size: number, hue: string): SVGElement {
  const [x, y] = points.at(-1)!, [u, v] = points.at(-2)!;
  const angle = Math.round((Math.atan2(y - v, x - u) * 180) / Math.PI);
  return svg('path', { class: `dg-arrow ${hue}`, transform: `translate(${x} ${y}) rotate(${angle})`, d: `M${-size} ${-size * 0.8}L${size * 0.4} 0L${-size} ${size * 0.8}z` });
}

function pipe({ places: { capacity }, options, hue }: Drawing, p: Pipe): readonly [SVGElement, Fill] {
  const d = way(p.points, p.loop ? capacity : 0);
  const filling = svg('path', { class: `dg-fill ${hue(p.hue)}`, d });
  const group = svg('g', { class: p.loop ? 'dg-pipe dg-loop' : 'dg-pipe' }, svg('path', { class: 'dg-edge', d, 'stroke-width': capacity }), svg('path', { class: 'dg-casing', d, 'stroke-width': capacity - 2 }), filling);
  const arrow = p.arrow ? arrowAt(p.points, Math.max(5, capacity * 0.42), hue(p.hue)) : undefined;
  if (arrow) group.append(arrow);
  return [group, at => {
    const v = at(p.value);
    const known = v !== undefined && Number.isFinite(v);
    filling.style.strokeWidth = known ? `${Math.max(1, Math.min(1, Math.abs(v) / options.full) * (capacity - 2))}px` : '0px';
    for (const e of [filling, arrow]) e?.classList.toggle('negative', known && v < 0);
  }];
}

function wire({ places: { capacity }, hue }: Drawing, w: Wire): SVGElement {
  const group = svg('g', { class: `dg-wire ${hue(w.hue)} ${w.dotted ? 'dg-dotted' : ''}` }, svg('path', { d: way(w.points, capacity / 2) }));
  if (w.arrow) group.append(arrowAt(w.points, capacity > 12 ? 5 : 3.5, hue(w.hue)));
  if (w.dot) group.append(svg('circle', { cx: w.points[0]![0], cy: w.points[0]![1], r: capacity > 12 ? 2.5 : 1.8 }));
  return group;
}

/** Two jaws that close by what is not let through. */
function valve({ hue }: Drawing, v: ValvePlace): readonly [SVGElement, Fill] {
  const reach = v.size * 0.5 + Math.max(4, v.size * 0.42), thick = v.size * 0.62;
  const jaws = [0, 180].map(turn => {
    const jaw = svg('rect', { x: -reach, y: -thick, height: thick * 2, rx: 2 });
    return [jaw, svg('g', { transform: `rotate(${turn})` }, jaw)] as const;
  });
  const group = svg('g', { class: `dg-valve ${hue(v.hue)}`, transform: `translate(${v.at[0]} ${v.at[1]})${v.across ? ' rotate(90)' : ''}` },
    svg('rect', { class: 'dg-throat', x: -reach, y: -thick, width: reach * 2, height: thick * 2, rx: 2 }), ...jaws.map(j => j[1]));
  return [group, at => {
    const open = at(v.value);
    const shut = open === undefined || !Number.isFinite(open) ? 0.5 : 1 - Math.min(1, Math.max(0, Math.abs(open)));
    for (const [jaw] of jaws) jaw.style.width = `${(reach - v.size / 2 + (v.size / 2) * shut).toFixed(2)}px`;
    group.classList.toggle('dg-unknown', open === undefined);
  }];
}

function joint({ at: [x, y], radius, sign }: Joint): SVGElement {
  const r = radius * 0.45;
  return svg('g', { class: 'dg-joint' }, svg('circle', { cx: x, cy: y, r: radius }), svg('path', { d: `M${x - r} ${y}H${x + r}${sign === '+' ? `M${x} ${y - r}V${y + r}` : ''}` }));
}

function pill({ at: [x, y], text, width, height }: Pill): SVGElement {
  return svg('g', { class: 'dg-pill' }, svg('rect', { x: x - width / 2, y: y - height / 2, width, height, rx: 4 }), svg('text', { x, y: y + 4, 'text-anchor': 'middle' }, text));
}

function source({ at: [x, y], size }: Source): readonly [SVGElement, Fill] {
  const text = svg('text', { x, y: y + size * 0.18, 'text-anchor': 'middle', style: undefined }, 'x');
  text.style.fontSize = `${Math.max(9, size * 0.52)}px`;
  const name = svg('text', { class: 'dg-quiet', x, y: y - size / 2 - 4, 'text-anchor': 'middle' }, 'x');
  return [svg('g', { class: 'dg-source hue-x' }, svg('rect', { x: x - size / 2, y: y - size / 2, width: size, height: size, rx: 3 }), text, name), (_, { input }) => {
    text.textContent = input ?? 'x';
    name.toggleAttribute('hidden', input === undefined || size < 20);
  }];
}

/** In boxes narrower than this, a letter and a value only stand side by side where the value goes without its leading 0. */
const CLOSE = 76;

function box({ options, hue }: Drawing, b: BoxPlace): readonly [SVGElement, Fill] {
  const [x, y] = b.at, large = b.height > 60, tiny = b.height < 30;
  const curve = tiny ? [] : options.curveOf(b.id);
  const plot = plotOf(b, curve);
  const close = b.width < CLOSE;
  const value = svg('text', { class: 'dg-value', x: x + b.width - (close ? 4 : 8), y: y + (large ? 18 : 14), 'text-anchor': 'end' });
  const apart = svg('text', { class: 'dg-apart', x: x + b.width - 8, y: y + 33, 'text-anchor': 'end' });
  const word = svg('text', { class: 'dg-heldWord', x: x + 8, y: y + 33 }, l10n('held'));
  const dot = svg('circle', { class: 'dg-dot', r: large ? 3.5 : 2.6 }), stem = svg('path', { class: 'dg-stem' });
  const frame = svg('rect', { x, y, width: b.width, height: b.height, rx: 4 });
  const group = svg('g', { class: `dg-box ${hue(b.hue)}`, 'data-signal': b.id }, frame, ...heading(b, large, tiny, curve.length > 0));
  if (large) group.append(value, apart, word);
  if (plot) group.append(svg('path', { class: 'dg-zero', d: plot.zero }), svg('path', { class: 'dg-curve', d: plot.path }), stem, dot);
  if (options.choose && b.named) makeButton(frame, b.id, options.choose);
  return [group, (at, values) => {
    const [v, pre] = [at(b.value), at(options.preOf(b.id) ?? '')];
    const held = values.held?.has(b.id) ?? false;
    const by = values.apart && Object.hasOwn(values.apart, b.id) ? values.apart[b.id] : undefined;
    group.classList.toggle('dg-held', held);
    word.toggleAttribute('hidden', !held);
    apart.textContent = by === undefined ? '' : signed(by);
    value.textContent = v === undefined ? '' : close ? fixed(v).replace(/^(\D?)0\./, '$1.') : fixed(v);
    if (options.choose && b.named) frame.setAttribute('aria-label', `${options.describe(b.id)}${v === undefined ? '' : ` ${signed(v)}`}${held ? `, ${l10n('held')}` : ''}${by === undefined ? '' : `, ${l10n('{0} to the baseline', signed(by))}`}`);
    const shown = plot !== undefined && !held && v !== undefined && pre !== undefined && Number.isFinite(v) && Number.isFinite(pre);
    for (const e of [dot, stem]) e.toggleAttribute('hidden', !shown);
    if (!shown) return;
    dot.style.transform = `translate(${plot.x(pre)}px, ${plot.y(v)}px)`;
    setAttributes(stem, { d: `M${plot.x(pre)} ${plot.y(v)}V${plot.bottom}` });
  }];
}

/** Name and activation; the expression where nothing is bent, as far as it fits. */
function heading(b: BoxPlace, large: boolean, tiny: boolean, curved: boolean): SVGElement[] {
  const [x, y] = b.at, middle = x + b.width / 2;
  const fits = (text: string, size: number, room = b.width - 8): string => (text.length * size * 0.62 <= room ? text : '');
  if (tiny) return [svg('text', { class: 'dg-letter', x: middle, y: y + b.height / 2 + 4, 'text-anchor': 'middle' }, b.named ? b.text : fits(b.bend, 14))];
  const baseline = y + (large ? 18 : 14);
  const bend = (at: number, anchor: string, line: number, room?: number): SVGElement => svg('text', { class: 'dg-bend', x: at, y: line, 'text-anchor': anchor }, fits(b.bend || b.text, 11, room));
  if (!b.named) return [bend(curved ? x + 8 : middle, curved ? 'start' : 'middle', curved ? baseline : y + b.height / 2 + 4)];
  const letter = svg('text', { class: 'dg-letter', x: x + (b.width < CLOSE ? 5 : 8), y: baseline }, b.text);
  if (!curved) return [letter, bend(middle, 'middle', y + b.height - (large ? 18 : 10))];
  return [letter, large ? bend(x + 14 + 9 * b.text.length, 'start', baseline, b.width - 62) : bend(x + b.width - 6, 'end', y + 13, b.width - 26)];
}

interface BoxPlot { readonly path: string; readonly zero: string; readonly bottom: number; x(pre: number): number; y(value: number): number }

function plotOf({ at: [left, top], width, height }: BoxPlace, curve: readonly number[]): BoxPlot | undefined {
  if (curve.length < 2) return undefined;
  const upper = top + height * 0.42, bottom = top + height - 7;
  const [low, high] = [Math.min(...curve), Math.max(...curve)];
  const clamp = (v: number, a: number, b: number): number => Math.min(b, Math.max(a, v));
  const x = (pre: number): number => round(left + 8 + ((width - 16) * (clamp(pre, -CURVE_TO, CURVE_TO) + CURVE_TO)) / (2 * CURVE_TO));
  const y = (v: number): number => round(bottom - ((bottom - upper) * (clamp(v, low, high) - low)) / (high - low || 1));
  const path = curve.map((v, k) => `${k === 0 ? 'M' : 'L'}${x(-CURVE_TO + (2 * CURVE_TO * k) / (curve.length - 1))} ${y(v)}`).join('');
  return { path, zero: `M${x(0)} ${upper}V${bottom}`, bottom, x, y };
}

const round = (v: number): number => Math.round(v * 10) / 10;

/** The frame alone is the button: what is written in the box belongs to its name already. */
function makeButton(frame: SVGElement, signal: string, choose: (signal: string) => void): void {
  setAttributes(frame, { role: 'button', tabindex: 0, 'aria-pressed': 'false' });
  frame.addEventListener('click', () => choose(signal));
  frame.addEventListener('keydown', event => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    choose(signal);
  });
}

function label({ hue }: Drawing, { at: [x, y], anchor, spans, size, backed }: Label): readonly [SVGElement, Fill] {
  const made = spans.map(span => [span, svg('tspan', { class: classOf(span, hue) }, 'text' in span ? span.text : '')] as const);
  const text = svg('text', { class: 'dg-label', x, y, 'text-anchor': anchor }, ...made.map(m => m[1]));
  text.style.fontSize = `${size}px`;
  const words = spans.reduce((n, span) => n + ('text' in span ? span.text.length : 6), 0) * size * 0.52 + 12;
  const whole = backed ? svg('g', {}, svg('rect', { class: 'dg-back', x: x - words / 2, y: y - size - 3, width: words, height: size + 10 }), text) : text;
  return [whole, at => {
    let known = true;
    for (const [span, element] of made) if ('value' in span) {
      const v = at(span.value);
      known &&= v !== undefined;
      element.textContent = v === undefined ? '' : span.as === 'percent' ? percent(v) : figure(v);
    }
    text.toggleAttribute('hidden', !known);
  }];
}

/** Three decimals where two would hide what there is. */
const figure = (v: number): string => signed(v, Math.abs(v) < 0.095 && v !== 0 ? 3 : 2);

function classOf(span: Span, hue: (name: string) => string): string {
  return [span.hue === undefined ? '' : `dg-ink ${hue(span.hue)}`, span.bold && 'dg-bold', span.mono && 'dg-mono', span.quiet && 'dg-quiet'].filter(Boolean).join(' ');
}
