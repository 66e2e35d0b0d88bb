/** Where everything in a cell's diagram goes, from its equations alone: no value moves anything. Pure. */
import type { Statement } from '../../src/core/equations/syntax';
import { drawLine, drawTap, loopOver, type Frame, type Words } from './above';
import { busesOf, drawBuses, loopUnder } from './below';
import { columnsOf } from './columns';
import { flowOf, type Flow } from './flow';
import { emptyDraft, metricsFor, type Metrics, type Places } from './places';

export interface LayoutOptions {
  readonly width: number;
  /** Smaller, for several side by side. */
  readonly compact: boolean;
  /** Signals between 0 and 1. */
  readonly gates: ReadonlySet<string>;
  readonly words: Words;
}

/** Lays out a cell's statements. */
export function layout(statements: readonly Statement[], { width, compact, gates, words }: LayoutOptions): Places {
  const flow = flowOf(statements, gates);
  const m = metricsFor(width, compact);
  const rows = rowsOf(flow, m);
  const boxTop = boxTopOf(flow, m, rows);
  const paths = new Map(statements.map((s, k) => [s.name, String(k)]));
  const f: Frame = {
    flow, m, width, rows, words, boxTop, boxBottom: boxTop + m.box.height, columns: columnsOf(flow, width, m), draft: emptyDraft(), pathOf: name => paths.get(name) ?? '',
  };
  const under = flow.boxes.some(b => b.reads.some(r => r.valves.length > 0)) ? m.under : 0;
  const buses = busesOf(f, f.boxBottom + (m.kind === 'full' ? 28 : m.kind === 'compact' ? 16 : 10) + under);
  drawBoxes(f);
  for (const line of flow.lines) drawLine(f, line);
  drawBuses(f, buses);
  const bottom = drawOutputs(f, buses.at(-1)?.y ?? f.boxBottom, new Map(buses.map(b => [b.source, b.y])));
  return { ...f.draft, width, height: Math.ceil(bottom + m.capacity / 2 + 4 + (m.kind === 'full' ? 8 : 2)), capacity: m.capacity };
}

/** Lines, and new states made in a box that others read or that is not the output, from the top. */
function rowsOf(flow: Flow, m: Metrics): Map<string, number> {
  const tapped = new Set(flow.taps.map(t => t.from));
  const early = new Set(flow.boxes.flatMap(b => b.reads.map(r => r.source)).filter(s => s.endsWith("'")).map(s => s.slice(0, -1)));
  const boxed = flow.boxes.filter(b => b.state && (b.id !== flow.output || tapped.has(b.id) || early.has(b.id))).map(b => b.id);
  return new Map([...flow.lines.map(l => l.state), ...boxed].map((s, k) => [s, m.line + k * m.row]));
}

function boxTopOf(flow: Flow, m: Metrics, rows: ReadonlyMap<string, number>): number {
  if (rows.size === 0) return m.kind === 'full' ? 64 : m.kind === 'compact' ? 40 : 16;
  const valves = flow.lines.flatMap(l => l.adds).reduce((n, a) => n + a.valves.length, 0);
  const stages = Math.max(0, ...flow.taps.map(t => t.stages.length - 1));
  return Math.max(...rows.values()) + m.channel * Math.max(1.6, 0.9 * valves + 1.5, stages * 0.9);
}

function drawBoxes(f: Frame): void {
  const { columns, draft, flow, m } = f;
  for (const b of columns.boxes) {
    draft.boxes.push({
      at: [columns.middle.get(b.id)! - columns.boxWidth / 2, f.boxTop], width: columns.boxWidth, height: m.box.height,
      id: b.id, text: b.text, bend: b.bend, named: b.named, value: b.path, hue: b.named ? b.id : '',
    });
  }
  const alone = flow.boxes.find(b => b.id === flow.output && b.state);
  if (alone && f.rows.size === 0 && m.kind !== 'tiny') {
    draft.labels.push({ at: [f.width / 2, m.kind === 'full' ? 34 : 24], anchor: 'middle', size: m.font, spans: [{ text: f.words.alone(alone.id, alone.bend), quiet: true }] });
  }
}

/** Taps, and states that come straight out of a box. */
function drawOutputs(f: Frame, last: number, buses: ReadonlyMap<string, number>): number {
  const { flow, m, columns, draft } = f;
  let bottom = last, count = 0;
  const exits = new Set<number>();
  const under = (state: string, exit: number): void => { bottom = Math.max(bottom, loopUnder(f, state, exit, count++, last)); };
  flow.taps.forEach((tap, k) => {
    let exit = buses.get(tap.state) ?? last + m.bus;
    while (exits.has(exit)) exit += m.bus;
    exits.add(exit);
    drawTap(f, tap, columns.taps[k]!, exit);
    bottom = Math.max(bottom, exit);
    under(tap.state, exit);
  });
  for (const box of flow.boxes.filter(b => b.state)) {
    const x = columns.middle.get(box.id)!, y = f.rows.get(box.id);
    if (y !== undefined) {
      draft.pipes.push({ hue: box.id, points: [[x, f.boxTop], [x, y], [columns.end, y]], value: box.path, arrow: true, loop: false });
      loopOver(f, box.id, y);
    } else {
      const exit = f.boxTop + m.box.height / 2;
      draft.pipes.push({ hue: box.id, points: [[x + columns.boxWidth / 2, exit], [columns.end, exit]], value: box.path, arrow: true, loop: false });
      under(box.id, exit);
    }
    if (m.kind !== 'tiny') draft.labels.push({
      at: [columns.end - 2, (y ?? f.boxTop + m.box.height / 2) - m.capacity / 2 - (m.kind === 'full' ? 12 : 4)], anchor: 'end', size: m.font,
      spans: [{ text: `${box.id} `, mono: true, hue: box.id }, ...(m.kind === 'full' ? [{ value: box.path, as: 'signed' as const, bold: true }] : [])],
    });
  }
  return bottom;
}
