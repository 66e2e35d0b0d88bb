/** What lies above the boxes: lines with their loops, pipes that rise to them, taps that go down from them. */
import type { Columns } from './columns';
import type { Flow, Line, Tap, Term, Valve } from './flow';
import { beforeKey, type Draft, type Metrics, type Point, type Span } from './places';

/** Everything that a part of the layout needs to know. */
export interface Frame {
  readonly flow: Flow;
  readonly m: Metrics;
  readonly width: number;
  readonly columns: Columns;
  readonly draft: Draft;
  /** Height of a state's line. */
  readonly rows: ReadonlyMap<string, number>;
  readonly boxTop: number;
  readonly boxBottom: number;
  readonly words: Words;
  /** The path of a name's equation. */
  readonly pathOf: (name: string) => string;
}

/** Texts, in the person's language. */
export interface Words {
  readonly label: (signal: string) => string;
  readonly open: string;
  readonly keeps: (state: string) => string;
  readonly returns: (state: string) => string;
  readonly all: (state: string) => string;
  readonly own: (state: string) => string;
  readonly alone: (state: string, bend: string) => string;
}

export function drawLine(f: Frame, line: Line): void {
  const { m, columns: { start, end }, draft } = f;
  const y = f.rows.get(line.state)!;
  const hue = line.state;
  const joints = line.adds.map(add => jointOf(f, add)).sort((a, b) => a.x - b.x);
  const first = joints[0]?.x ?? end;
  const valves = placeKeep(f, line, first);
  const ends = [...valves.map(v => v.x), first];
  draft.pipes.push({ hue, points: [[start, y], [ends[0]!, y]], value: beforeKey(line.state), arrow: false, loop: false });
  valves.forEach((v, k) => draft.pipes.push({ hue, points: [[v.x, y], [ends[k + 1]!, y]], value: k === valves.length - 1 ? line.keep.path : '', arrow: false, loop: false }));
  joints.forEach(({ x, add }, k) => {
    const whole = k === joints.length - 1;
    draft.pipes.push({ hue, points: [[x, y], [joints[k + 1]?.x ?? end, y]], value: whole ? line.path : sumUpTo(line, joints.slice(0, k + 1).map(j => j.add)), arrow: whole, loop: false });
    rise(f, add, x, y);
    draft.joints.push({ at: [x, y], radius: m.capacity * 0.62 + (m.kind === 'full' ? 5 : 2), sign: add.minus ? '−' : '+' });
  });
  for (const v of valves) {
    draft.valves.push({ at: [v.x, y], across: true, size: m.capacity, value: v.valve.path, hue: v.valve.signal ?? '', ...openedBy(v.valve) });
    control(f, v.valve, [v.x, y], true);
  }
  labelLine(f, line, valves, joints.map(j => j.x), y);
  loopOver(f, line.state, y);
}

/** Which signal opens a valve, for those who know only signals. */
export const openedBy = (v: Valve): { readonly inverted: boolean; readonly signal?: string } => ({ inverted: v.inverted, ...(v.signal === undefined ? {} : { signal: v.signal }) });

/** The path of the sum of what stands left of a joint, where the equation has it as an expression; else empty. */
function sumUpTo({ path, keep, adds }: Line, before: readonly Term[]): string {
  const inside = [keep, ...before], outside = adds.filter(a => !before.includes(a));
  const part = path + '.l'.repeat(outside.length);
  const has = (t: Term): boolean => t.path.startsWith(`${part}.`);
  return inside.every(has) && !outside.some(has) ? part : '';
}

/** Above the box that it comes from; side by side where several come from one. */
function jointOf(f: Frame, add: Term): { x: number; add: Term } {
  const twins = termsOf(f.flow).filter(a => a.carrier.box === add.carrier.box);
  const shift = (twins.indexOf(add) - (twins.length - 1) / 2) * f.m.capacity * 2.4;
  return { x: (f.columns.middle.get(add.carrier.box) ?? f.columns.end) + shift, add };
}

const termsOf = (flow: Flow): Term[] => flow.lines.flatMap(l => l.adds);

/** Above its own box where that is left of the first joint, else between. */
function placeKeep(f: Frame, line: Line, first: number): { valve: Valve; x: number }[] {
  const { start } = f.columns;
  const room = f.m.capacity * 2.2;
  return line.keep.valves.map((valve, k): { valve: Valve; x: number } => {
    const own = valve.signal === undefined ? undefined : f.columns.middle.get(valve.signal);
    const clear = own !== undefined && own > start + f.m.capacity && own < first - room;
    return { valve, x: clear ? own : start + ((first - start) * (k + 1)) / (line.keep.valves.length + 1) };
  }).sort((a, b) => a.x - b.x);
}

/** A pipe from a box up to a line, with its valves. */
function rise(f: Frame, add: Term, x: number, y: number): void {
  const { m, draft, boxTop } = f;
  const hue = add.carrier.box;
  // Every valve has a height of its own, so that no control runs into another.
  const terms = termsOf(f.flow), lowest = Math.max(...f.rows.values()) + m.capacity / 2 + (m.kind === 'full' ? 10 : 3);
  const count = terms.reduce((n, t) => n + t.valves.length, 0), before = terms.slice(0, terms.indexOf(add)).reduce((n, t) => n + t.valves.length, 0);
  const step = (boxTop - lowest) / (count + 1);
  const stops = add.valves.map((valve, k) => ({ valve, y: Math.round(boxTop - step * (count - before - k)) })).sort((a, b) => b.y - a.y);
  const levels = [boxTop, ...stops.map(s => s.y), y];
  levels.slice(1).forEach((to, k) => draft.pipes.push({
    hue, points: [[x, levels[k]!], [x, to]], value: k === 0 ? add.carrier.path : k === levels.length - 2 ? add.path : '', arrow: false, loop: false,
  }));
  for (const s of stops) {
    draft.valves.push({ at: [x, s.y], across: false, size: m.capacity, value: s.valve.path, hue: s.valve.signal ?? '', ...openedBy(s.valve) });
    control(f, s.valve, [x, s.y], false);
    const right: Point = [x + m.capacity + (m.kind === 'full' ? 6 : 1), s.y + 4];
    if (m.kind !== 'tiny') draft.labels.push({ at: right, anchor: 'start', size: m.font, spans: openSpans(f, s.valve) });
  }
  if (m.kind !== 'full') return;
  const beside = x + m.capacity + 6;
  const again = termsOf(f.flow).find(t => t.carrier.box === add.carrier.box) !== add;
  if (!again && f.columns.boxWidth > 84) draft.labels.push({ at: [beside, boxTop - 12], anchor: 'start', size: m.font, spans: [mono(`${bare(f, add)} `, add.carrier.box), valueOf(add.carrier.path, true)] });
  if (stops.length > 0) draft.labels.push({ at: [beside, y + 36], anchor: 'start', size: m.font, spans: [...namesOf(f, add), valueOf(add.path, true)] });
}

const valueOf = (value: string, bold: boolean): Span => ({ value, as: 'signed', bold });
const mono = (text: string, hue?: string): Span => ({ text, mono: true, ...(hue === undefined ? {} : { hue }) });

/** What a carrier is called. */
const bare = (f: Frame, { carrier }: Term): string => f.flow.boxes.find(b => b.id === carrier.box && b.named)?.text ?? '';

/** `i g` before a product's value. */
function namesOf(f: Frame, term: Term, state?: string): Span[] {
  const { valves, carrier } = term;
  const named = state === undefined ? bare(f, term) : `${state}₋₁`;
  const bracket = (text: string): string => (text.includes(' ') ? `(${text})` : text);
  return [...valves.map(v => mono(`${bracket(v.text)} `, v.signal)), mono(`${named} `, state ?? carrier.box)];
}

function openSpans(f: Frame, v: Valve): Span[] {
  const colour = { hue: v.signal ?? '' };
  if (f.m.kind !== 'full') return [{ value: v.path, as: 'percent', ...colour }];
  return [{ value: v.path, as: 'percent', bold: true, ...colour }, { text: ` ${f.words.open}`, bold: true, ...colour }];
}

function labelLine(f: Frame, line: Line, valves: readonly { valve: Valve; x: number }[], joints: readonly number[], y: number): void {
  const { m, draft, columns: { start, end } } = f;
  const s = line.state, above = y - m.capacity / 2 - (m.kind === 'full' ? 12 : 4);
  if (m.kind === 'tiny') return;
  draft.labels.push({ at: [start + 2, above], anchor: 'start', size: m.font, spans: m.kind === 'full' ? [mono(`${s}₋₁ `, s), valueOf(beforeKey(s), true)] : [mono(`${s}₋₁`, s)] });
  const last = valves.at(-1), first = joints[0] ?? end;
  if (m.kind !== 'full' || end - (joints.at(-1) ?? start) > 150) draft.labels.push({ at: [end - 2, above], anchor: 'end', size: m.font, spans: [mono(s, s)] });
  if (m.kind === 'full') {
    if (last) draft.labels.push({ at: [first - m.capacity - 8, above], anchor: 'end', size: m.font, spans: [...namesOf(f, line.keep, s), valueOf(line.keep.path, true)] });
    draft.labels.push({ at: [(joints.at(-1) ?? start) + m.capacity + 8, above], anchor: 'start', size: m.font, spans: [{ text: '= ', quiet: true }, mono(`${s} `, s), valueOf(line.path, true)] });
  }
  for (const { valve, x } of valves) {
    const tight = first - x < (m.kind === 'full' ? 200 : 46), near = tight && x - start > (m.kind === 'full' ? 160 : 46);
    const brief = m.kind !== 'full' || (tight && !near);
    const side = near ? -1 : 1, anchor = near ? 'end' : 'start';
    const at: Point = m.kind === 'full' ? [x + side * (m.capacity + 8), y + m.capacity + 16] : [x + side * (m.capacity * 0.8 + 2), y + m.capacity + 8];
    const name: Span[] = !brief && valve.signal !== undefined ? [{ text: `${valve.inverted ? valve.text : f.words.label(valve.signal)} `, bold: true, hue: valve.signal }] : [];
    const opened = openSpans(f, valve), keeps: Span[] = [{ text: f.words.keeps(s), quiet: true }];
    const room = near ? x - start - m.capacity - 8 : first - x - 2 * m.capacity - 8;
    const lines = brief ? [opened] : fits([...name, ...opened], room) ? [[...name, ...opened], keeps] : [name, opened, keeps];
    lines.forEach((spans, k) => draft.labels.push({ at: [at[0], at[1] + 16 * k], anchor, size: m.font, spans }));
  }
}

/** About: an opening is written with four characters, and bold letters are so wide. */
const fits = (spans: readonly Span[], room: number): boolean => 6.5 * spans.reduce((sum, s) => sum + ('text' in s ? s.text.length : 4), 0) <= room;

/** Dotted, from a gate's box to its valve. */
export function control(f: Frame, valve: Valve, [x, y]: Point, across: boolean): void {
  const from = valve.signal === undefined ? undefined : f.columns.middle.get(valve.signal);
  if (from === undefined || valve.signal === undefined) return;
  const hue = valve.signal;
  const half = f.m.capacity * (across ? 1 : 1.05);
  const straight = across && Math.abs(from - x) < 2;
  // A gate with several valves leaves its box at several places.
  const used = f.draft.wires.filter(w => w.dotted && w.hue === hue).length;
  const out = from + used * (f.m.kind === 'full' ? 16 : 8);
  const points: Point[] = straight ? [[from, f.boxTop], [x, y + half]]
    : across ? [[out, f.boxTop], [out, y + half + 22], [x, y + half + 22], [x, y + half]]
      : [[out, f.boxTop], [out, y], [x + Math.sign(out - x) * half, y]];
  f.draft.wires.push({ hue, points, arrow: false, dotted: true, dot: false });
}

/** The new value goes back over the top and comes in as the old one. */
export function loopOver(f: Frame, state: string, y: number): void {
  const { m, columns: { start, end }, width, draft } = f;
  if (!isRead(f.flow, state)) return;
  const top = y - (m.kind === 'full' ? 60 : m.kind === 'compact' ? 30 : 18);
  draft.pipes.push({ hue: state, points: [[end, y], [width - m.loop, y], [width - m.loop, top], [m.loop, top], [m.loop, y], [start, y]], value: f.pathOf(state), arrow: true, loop: true });
  if (m.kind === 'full') draft.labels.push({ at: [width / 2, top + 4], anchor: 'middle', size: m.font, backed: true, spans: [{ text: f.words.returns(state), quiet: true }] });
}

/** Some equation reads the state before the step. */
export function isRead(flow: Flow, state: string): boolean {
  return flow.lines.some(l => l.state === state) || flow.boxes.some(b => b.reads.some(r => r.source === state));
}

/** From a new state down through functions and valves; answers where it came out. */
export function drawTap(f: Frame, tap: Tap, x: number, exit: number): void {
  const { m, draft } = f;
  const top = f.rows.get(tap.from) ?? f.boxTop;
  const step = Math.min(m.kind === 'full' ? 66 : m.kind === 'compact' ? 40 : 30, (exit - top - m.capacity) / (tap.stages.length + 0.6));
  let [y, value, hue] = [top, f.pathOf(tap.from), tap.from];
  tap.stages.forEach((stage, k) => {
    const next = Math.round(top + step * (k + 1));
    draft.pipes.push({ hue, points: [[x, y], [x, next]], value, arrow: false, loop: false });
    [y, value, hue] = [next, stage.path, tap.state];
    if (stage.kind === 'pill') {
      const pillWidth = Math.max(m.capacity * 2.2, stage.text.length * (m.kind === 'full' ? 7.4 : 6.4) + 10);
      if (m.kind !== 'tiny') draft.pills.push({ at: [x, next], text: stage.text, width: pillWidth, height: m.kind === 'full' ? 22 : 16 });
      if (m.kind === 'full') draft.labels.push({ at: [x + pillWidth / 2 + 8, next + 4], anchor: 'start', size: m.font, spans: [valueOf(stage.path, true)] });
    } else {
      draft.valves.push({ at: [x, next], across: false, size: m.capacity, value: stage.valve.path, hue: stage.valve.signal ?? '', ...openedBy(stage.valve) });
      control(f, stage.valve, [x, next], false);
      if (m.kind !== 'tiny') draft.labels.push({ at: [x + m.capacity + (m.kind === 'full' ? 8 : 1), next + 4], anchor: 'start', size: m.font, spans: openSpans(f, stage.valve) });
    }
  });
  draft.pipes.push({ hue, points: [[x, y], [x, exit], [f.columns.end, exit]], value, arrow: true, loop: false });
  if (m.kind === 'full') draft.labels.push({ at: [x + m.capacity + 8, exit - 18], anchor: 'start', size: m.font, spans: [mono(`${tap.state} `, tap.state), valueOf(tap.path, true)] });
  else if (m.kind === 'compact') draft.labels.push({ at: [f.columns.end - 2, exit - m.capacity / 2 - 4], anchor: 'end', size: m.font, spans: [mono(tap.state, tap.state)] });
}
