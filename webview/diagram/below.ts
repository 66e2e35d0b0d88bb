/** What lies below the boxes: what they read, on shared wires, and the loops of states that have no line. */
import { isRead, openedBy, type Frame } from './above';
import type { Read } from './flow';
import type { Point } from './places';

/** A source that boxes read, and the height of its wire. */
export interface Bus { readonly source: string; readonly y: number; readonly kind: 'input' | 'line' | 'loop' | 'next' | 'signal' }

const ORDER: readonly Bus['kind'][] = ['signal', 'input', 'line', 'next', 'loop'];

/** The wires under the boxes, from the top. */
export function busesOf(f: Pick<Frame, 'flow' | 'm' | 'rows'>, top: number): Bus[] {
  const sources = [...new Set(f.flow.boxes.flatMap(b => b.reads.map(r => r.source)))];
  const kinds = sources.map(source => ({ source, kind: kindOf(f, source) }));
  return kinds.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind)).map((s, k) => ({ ...s, y: top + k * f.m.bus }));
}

function kindOf({ flow, rows }: Pick<Frame, 'flow' | 'rows'>, source: string): Bus['kind'] {
  if (source === 'x') return 'input';
  if (source.endsWith("'")) return 'next';
  if (!flow.states.includes(source)) return 'signal';
  return rows.has(source) ? 'line' : 'loop';
}

interface Riser { readonly x: number; readonly box: string; readonly read: Read }

export function drawBuses(f: Frame, buses: readonly Bus[]): void {
  const risers = f.columns.boxes.flatMap(b => risersOf(f, b.id, b.reads));
  for (const bus of buses) {
    const own = risers.filter(r => r.read.source === bus.source);
    const hue = bus.source.replace("'", '');
    const [path, points] = wayTo(f, bus, own.map(r => r.x));
    if (path) f.draft.wires.push({ hue, points, arrow: false, dotted: false, dot: bus.kind === 'line' || bus.kind === 'next' });
    for (const r of own) {
      f.draft.wires.push({ hue, points: [[r.x, bus.y], [r.x, f.boxBottom + 1]], arrow: true, dotted: false, dot: r !== own.at(-1) || bus.kind === 'next' });
      if (r.read.valves.length > 0) drawValves(f, r);
    }
    labelBus(f, bus);
  }
}

/** Side by side under the box; those with valves to the right. */
function risersOf(f: Frame, box: string, reads: readonly Read[]): Riser[] {
  const middle = f.columns.middle.get(box)!;
  const sorted = [...reads].sort((a, b) => a.valves.length - b.valves.length);
  const wide = sorted.some(r => r.valves.length > 0);
  const gap = Math.min(wide ? f.m.capacity * 2 : f.m.capacity, (f.columns.boxWidth - 8) / Math.max(1, sorted.length));
  return sorted.map((read, k) => ({ x: Math.round(middle + (k - (sorted.length - 1) / 2) * gap), box, read }));
}

/** From where a source comes to its last box. */
function wayTo(f: Frame, bus: Bus, xs: readonly number[]): [boolean, Point[]] {
  const { m, columns: { start, middle, boxWidth, taps, end } } = f;
  const [least, most] = [Math.min(...xs), Math.max(...xs)];
  if (bus.kind === 'input') return [true, [[start - (m.kind === 'full' ? 8 : m.capacity), bus.y], [most, bus.y]]];
  if (bus.kind === 'loop') return [true, [[start, bus.y], [most, bus.y]]];
  if (bus.kind === 'signal') {
    const x = (middle.get(bus.source) ?? start) + boxWidth / 2 - (m.kind === 'full' ? 10 : 4);
    return [true, [[x, f.boxBottom], [x, bus.y], [Math.abs(most - x) > Math.abs(least - x) ? most : least, bus.y]]];
  }
  const y = f.rows.get(bus.source.replace("'", '')) ?? f.boxTop;
  if (bus.kind === 'line') {
    const x = start + m.capacity * 0.7;
    return [true, [[x, y], [x, bus.y], [most, bus.y]]];
  }
  const x = (taps[0] ?? end) - m.capacity * 1.6;
  return [true, [[x, y], [x, bus.y], [least, bus.y]]];
}

/** Valves on what one box reads, controlled from below. */
function drawValves(f: Frame, { x, read }: Riser): void {
  const { m, draft, boxBottom } = f;
  const near = boxBottom + m.under * 0.42, far = boxBottom + m.under * 0.86;
  read.valves.forEach((valve, k) => {
    const y = Math.round((m.kind === 'full' && read.before ? far : near) + k * m.capacity * 1.4);
    draft.valves.push({ at: [x, y], across: false, size: m.capacity * 0.8, value: valve.path, hue: valve.signal ?? '', ...openedBy(valve) });
    const gate = valve.signal === undefined ? undefined : f.columns.middle.get(valve.signal);
    const side = gate === undefined ? -1 : Math.sign(gate - x) || -1;
    if (gate !== undefined && valve.signal !== undefined) {
      const out = gate - side * (f.columns.boxWidth / 2 - (m.kind === 'full' ? 12 : 4));
      draft.wires.push({ hue: valve.signal, points: [[out, boxBottom], [out, y], [x + side * m.capacity * 0.85, y]], arrow: false, dotted: true, dot: false });
    }
    if (m.kind !== 'tiny') draft.labels.push({
      at: [x - side * (m.capacity + (m.kind === 'full' ? 4 : 0)), y + 4], anchor: side < 0 ? 'start' : 'end', size: m.font,
      spans: [{ value: valve.path, as: 'percent', hue: valve.signal ?? '', bold: m.kind === 'full' }, ...(m.kind === 'full' ? [{ text: ` ${f.words.open}`, hue: valve.signal ?? '', bold: true }] : [])],
    });
  });
  if (m.kind !== 'full' || read.matrix === undefined) return;
  draft.pills.push({ at: [x, Math.round(read.before ? near : far)], text: read.matrix, width: read.matrix.length * 7 + 10, height: 18 });
}

function labelBus(f: Frame, bus: Bus): void {
  const { m, columns: { start }, draft } = f;
  const name = bus.source.replace("'", '');
  const mixed = f.flow.boxes.some(b => b.reads.some(r => r.source === bus.source && r.matrix !== undefined));
  if (bus.kind === 'input') {
    const size = m.kind === 'full' ? 26 : 14;
    draft.sources.push({ at: [start - size / 2 - (m.kind === 'full' ? 6 : m.capacity * 0.3), bus.y], size });
  }
  if (m.kind !== 'full') return;
  if (bus.kind === 'loop' || bus.kind === 'line') draft.labels.push({ at: [start + m.capacity * 0.7 + 8, bus.y + 16], anchor: 'start', size: 11, spans: [{ text: mixed ? f.words.all(name) : f.words.own(name), hue: name }] });
}

/** A state without a line leaves on the right and comes back under everything. */
export function loopUnder(f: Frame, state: string, exit: number, k: number, last: number): number {
  const { m, columns: { start, end }, width, draft } = f;
  const bus = last + (m.kind === 'full' ? 44 : m.kind === 'compact' ? 22 : 14) + k * m.capacity * 1.6;
  if (!isRead(f.flow, state)) return last;
  const entry = f.draft.wires.find(w => w.hue === state && w.points[0]![0] === start)?.points[0]![1] ?? exit;
  draft.pipes.push({ hue: state, points: [[end, exit], [width - m.loop, exit], [width - m.loop, bus], [m.loop, bus], [m.loop, entry], [start, entry]], value: f.pathOf(state), arrow: true, loop: true });
  if (m.kind === 'full') draft.labels.push({ at: [width / 2, bus + 4], anchor: 'middle', size: m.font, backed: true, spans: [{ text: f.words.returns(state), quiet: true }] });
  return bus;
}
