/**
 * What a report carries: the shown window of a session, with the weights where they are small enough, so that everything can be asked
 * of it without the files it came from; else with the recorded signals alone.
 */
import type { Layer, Network } from '../core/layer';
import { parameterCountOf } from '../core/parameters';
import { programOf } from '../core/programs';
import { rowsOf } from '../core/rows';
import type { RowSource, Sequence } from '../core/sequence';
import type { Scene, ViewState } from '../protocol';
import type { Recorded } from '../recorder';
import type { Session, Subject } from '../session';

/** Steps of a report; a longer sequence is cut to what is looked at. */
export const MOST_STEPS = 5000;
/** Numbers of weights that a report carries: 16 MB. */
const MOST_WEIGHTS = 2 ** 22;
/** Numbers of recorded signals that it carries otherwise. */
const MOST_SIGNALS = 2 ** 24;

/** Labels that a person bound, as the panel gets them. */
export type LabelTable = NonNullable<Scene['labels']>;

export interface Excerpt { readonly subject: Subject; readonly from: number; readonly to: number }

/** The window that is carried: all, or `MOST_STEPS` around what is looked at. */
export function carried(steps: number, looked: { readonly from: number; readonly to: number }): { readonly from: number; readonly to: number } {
  if (steps <= MOST_STEPS) return { from: 0, to: steps };
  const middle = Math.round((looked.from + looked.to) / 2);
  const from = Math.max(0, Math.min(steps - MOST_STEPS, middle - MOST_STEPS / 2));
  return { from, to: from + MOST_STEPS };
}

/** The view of the whole, seen in the window. */
export function shifted(state: ViewState, { from, to }: { readonly from: number; readonly to: number }): ViewState {
  const within = (step: number): number => Math.max(0, Math.min(to - from, step - from));
  const range = state.range && { from: within(state.range.from), to: within(state.range.to) };
  return { ...state, selection: { ...state.selection, step: Math.min(to - from - 1, within(state.selection.step)) }, from: within(state.from), to: within(state.to), range };
}

/** The rows of a table of labels that belong to the steps that are carried: a row of names, then one row a step. */
export function labelRows(table: LabelTable, { from, to }: { readonly from: number; readonly to: number }): LabelTable {
  const [names = '', ...rows] = table.text.split(/\r\n|\r|\n/);
  return { ...table, text: [names, ...rows.slice(from, to)].join('\n') };
}

/** @throws Error where nothing is shown, or the window is too much to carry */
export async function excerptOf(session: Session, looked: { readonly from: number; readonly to: number }): Promise<Excerpt> {
  const { subject, scene } = session;
  if (!subject || !scene) throw new Error('Nothing is shown that could be reported.');
  const window = carried(scene.steps, looked);
  const whole = window.from === 0 && window.to === scene.steps;
  const { content } = subject;
  const { sequences: _one, ...alone } = subject; // the others are not carried
  const cut = { ...alone, canReveal: false, notes: whole ? subject.notes : [...subject.notes, { severity: 'info' as const, text: `Steps ${window.from} to ${window.to - 1} of ${scene.steps}; the states before them are as they were.` }] };
  if (content.kind === 'run' && weightsIn(content.network) <= MOST_WEIGHTS) {
    const { expected: _left, others: _others, ...kept } = content;
    return { ...window, subject: { ...cut, content: { ...kept, network: whole ? content.network : await startedAt(session, content.network, window, scene.steps), sequence: sequenceIn(content.sequence, window) } } };
  }
  return { ...window, subject: { ...cut, content: { kind: 'trace', recorded: await recordedIn(session, subject, window), description: scene.input.description } } };
}

const weightsIn = ({ levels }: Network): number => levels.reduce((sum, l) => sum + l.directions.reduce((n, d) => n + parameterCountOf(d), 0), 0);

/** The network with the states that each layer had where the window begins for it. */
async function startedAt(session: Session, network: Network, { from, to }: { from: number; to: number }, steps: number): Promise<Network> {
  const level = async (k: number): Promise<Network['levels'][number]> => {
    const own = network.levels[k]!;
    return { ...own, directions: await Promise.all(own.directions.map((layer, d) => started(session, layer, k, d, layer.direction === 'forward' ? from - 1 : to < steps ? to : -1))) };
  };
  return { ...network, levels: await Promise.all(network.levels.map((_, k) => level(k))) };
}

async function started(session: Session, layer: Layer, level: number, direction: number, before: number): Promise<Layer> {
  if (before < 0) return layer;
  const initial: Record<string, Float32Array> = {};
  for (const { name } of programOf(layer.cell).states) {
    const { mean } = await session.tile({ revision: session.scene!.revision, level, direction, signal: name, from: before, to: before + 1, columns: 1 });
    initial[name] = mean.slice();
  }
  return { ...layer, initial };
}

function sequenceIn(sequence: Sequence, { from, to }: { from: number; to: number }): Sequence {
  const { labels, ids, curves, mask } = sequence;
  return {
    ...sequence, steps: to - from, data: rowsIn(sequence, from, to),
    ...(labels ? { labels: labels.slice(from, to) } : {}),
    ...(ids ? { ids: ids.slice(from, to) } : {}),
    ...(mask ? { mask: mask.slice(from, to) } : {}),
    ...(curves ? { curves: curves.map(c => ({ ...c, data: c.data.slice(from * c.perStep, to * c.perStep) })) } : {}),
  };
}

function rowsIn(sequence: Sequence, from: number, to: number): RowSource {
  const { data } = sequence;
  if (!(data instanceof Float32Array) && data.kind === 'lookup') return { ...data, ids: data.ids.slice(from, to) };
  return rowsOf(sequence).read(from, to).slice();
}

async function recordedIn(session: Session, { content }: Subject, { from, to }: { from: number; to: number }): Promise<Recorded> {
  const scene = session.scene!;
  const numbers = scene.levels.reduce((n, l) => n + l.directions.reduce((m, d) => m + d.signals.reduce((k, s) => k + s.units, 0), 0), 0) * (to - from);
  if (numbers > MOST_SIGNALS) throw new Error(`A report of this layer would hold ${numbers.toLocaleString('en')} numbers; at most ${MOST_SIGNALS.toLocaleString('en')} are carried. Zoom to fewer steps, or export a trace.`);
  const cells = content.kind === 'run' ? content.network.levels.map(l => l.directions[0]?.cell) : content.recorded.levels.map(l => l.cell);
  const read = async (level: number, direction: number, signal: string): Promise<Float32Array> =>
    (await session.tile({ revision: scene.revision, level, direction, signal, from, to, columns: to - from })).mean.slice();
  const labels = await session.labels(from, to);
  return {
    steps: to - from, axis: scene.input.axis, ...(labels.length > 0 ? { labels } : {}), ...(scene.input.rate ? { rate: scene.input.rate } : {}),
    levels: await Promise.all(scene.levels.map(async (level, k) => ({
      name: level.name, cell: cells[k], inputSize: level.inputSize,
      directions: await Promise.all(level.directions.map(async (d, j) => ({
        direction: d.direction, signals: await Promise.all(d.signals.map(async s => ({ name: s.name, units: s.units, data: await read(k, j, s.name) }))),
      }))),
    }))),
  };
}
