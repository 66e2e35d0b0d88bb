/** The order of the boxes from left to right: what keeps, what writes, what is read by others, what is proposed, what reads out. Pure. */
import type { Box, Flow } from './flow';
import type { Metrics } from './places';

export interface Columns {
  readonly boxes: readonly Box[];
  /** Middle of a box by its id. */
  readonly middle: ReadonlyMap<string, number>;
  readonly boxWidth: number;
  /** Where taps go down, one a tap. */
  readonly taps: readonly number[];
  readonly start: number;
  readonly end: number;
}

const KEEPS = 0, WRITES = 1, READS = 1.5, PROPOSES = 2, OUT = 3, STATE = 4;

export function columnsOf(flow: Flow, width: number, m: Metrics): Columns {
  const rank = ranksOf(flow);
  const boxes = [...flow.boxes].sort((a, b) => rank.get(a.id)! - rank.get(b.id)!);
  const [start, end] = [m.start, width - m.start];
  const tapRoom = flow.taps.length === 0 ? 0 : m.tapRight;
  const taps = flow.taps.map((_, k) => end - tapRoom - (flow.taps.length - 1 - k) * (tapRoom + 8));
  const rows = flow.lines.length > 0;
  const from = start + (rows ? m.capacity * 2.4 : m.capacity * 2), to = Math.min(end - (rows ? m.capacity * 1.8 : m.capacity * 4), ...taps.map(x => x - m.capacity * (reachesBack(flow) ? 3 : 2.2)));
  // What is proposed has its numbers to its right.
  const beside = m.kind === 'full' && taps.length > 0 && flow.lines.some(l => l.adds.some(a => a.carrier.box === boxes.at(-1)?.id)) ? 52 : 0;
  const slot = (to - beside - from) / Math.max(1, boxes.length);
  const boxWidth = Math.min(m.box.width, slot - Math.min(m.box.gap, slot * 0.12));
  return { boxes, boxWidth, taps, start, end, middle: new Map(boxes.map((b, k) => [b.id, Math.round(from + slot * (k + 0.5))])) };
}

/** A box reads a new state: its wire comes down between boxes and taps. */
const reachesBack = (flow: Flow): boolean => flow.boxes.some(b => b.reads.some(r => r.source.endsWith("'")));

function ranksOf(flow: Flow): Map<string, number> {
  const ranks = new Map<string, number>();
  const least = (id: string | undefined, rank: number): void => { if (id !== undefined) ranks.set(id, Math.min(ranks.get(id) ?? 9, rank)); };
  for (const { keep, adds } of flow.lines) {
    for (const v of keep.valves) least(v.signal, KEEPS);
    for (const add of adds) {
      for (const v of add.valves) least(v.signal, WRITES);
      least(add.carrier.box, PROPOSES);
    }
  }
  for (const tap of flow.taps) for (const s of tap.stages) if (s.kind === 'valve') least(s.valve.signal, OUT);
  for (const box of flow.boxes) for (const r of box.reads) for (const v of r.valves) least(v.signal, READS);
  for (const box of flow.boxes) if (box.state) ranks.set(box.id, STATE);
  // What others are made of stands before them.
  for (let round = 0; round < flow.boxes.length; round++) {
    for (const box of flow.boxes) for (const r of box.reads) if (flow.boxes.some(b => b.id === r.source && !b.state)) least(r.source, (ranks.get(box.id) ?? PROPOSES) - 0.2);
  }
  return new Map(flow.boxes.map(b => [b.id, ranks.get(b.id) ?? PROPOSES]));
}
