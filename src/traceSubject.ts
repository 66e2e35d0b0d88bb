/** A recording as what a session opens: read whole, under the person's answers, with its gates worked out where a checkpoint is bound. */
import { baseOf, type Binding, type Files } from './binding';
import { wholeOf } from './core/rows';
import type { Curve, Sequence } from './core/sequence';
import { emptyInput } from './errors';
import { FormatError, open, openSequence, type Doubt, type Trace } from './formats/index';
import { l10n } from './l10n';
import type { Note } from './protocol';
import { recompute, type Difference } from './recompute';
import type { Recorded } from './recorder';
import { listed, othersRecorded } from './sequences';
import type { Subject } from './session';
import type { Settings } from './subject';
import { anything } from './wanted';
import { weightsOf } from './weights';

/** Beyond this a recorded state is not what the checkpoint computes. */
const SAME = 1e-4;

/** @throws Problem, FormatError */
export async function traceSubject(path: string, reference: string, files: Files, settings: Settings, binding: Binding = {}): Promise<Subject> {
  const opened = await open(await files.open(path));
  if (opened.kind !== 'trace') throw new FormatError('trace', `${baseOf(path)} is a checkpoint, not a trace`);
  const trace = binding.assume && opened.decide ? opened.decide(binding.assume) : opened;
  const whole = opened.decide?.({ ...binding.assume, sequence: 'all' }) ?? opened;
  const filled = typeof binding.checkpoint === 'string' ? await withGates(trace, binding, files, settings) : { trace, notes: statesAlone(trace) };
  const others = (whole.sequences?.length ?? 0) > 1 ? await othersRecorded(whole) : [];
  const recorded = { ...await recordedOf(filled.trace, Math.min(trace.steps, settings.maximumSteps)), ...(others.length > 0 ? { others } : {}) };
  const cut = trace.steps > recorded.steps;
  return {
    reference, model: baseOf(path), canReveal: false,
    weights: { description: typeof binding.checkpoint === 'string' ? l10n('gates worked out from {0}', baseOf(binding.checkpoint)) : l10n('recorded in {0}', baseOf(path)) },
    notes: [
      ...(trace.warnings ?? []).map((text): Note => ({ severity: 'warning', text })),
      ...filled.notes,
      ...guesses(trace, binding),
      ...(cut ? [{ severity: 'warning' as const, text: l10n('Only the first {0} of {1} steps are shown (setting gatescope.maximumSteps).', recorded.steps, trace.steps) }] : []),
    ],
    doubts: doubtsOf(trace),
    ...listed((whole.sequences ?? []).map(s => ({ name: s.name, steps: s.to - s.from })), placeOf(trace), true, others.length),
    content: { kind: 'trace', recorded, description: trace.metadata['input'] ?? baseOf(path) },
  };
}

/** Which of several sequences it is; −1: all of them. */
function placeOf({ mapping }: Trace): number {
  const value = mapping?.fields.find(f => f.id === 'sequence')?.value ?? 'all';
  return /^\d+$/.test(value) ? Number(value) : -1;
}

/** What can be decided otherwise: doubts, and which array was taken for what. */
function doubtsOf({ doubts = [], mapping }: Trace): readonly Doubt[] {
  const asked = new Set(doubts.map(d => d.id));
  return [...doubts, ...(mapping?.fields ?? []).filter(f => !asked.has(f.id)).map(({ id, label, value, options }) => ({ id, question: label, options, taken: value, evidence: l10n('by names and shapes') }))];
}

function guesses({ doubts = [], mapping }: Trace, { assume = {} }: Binding): Note[] {
  const open = doubts.filter(d => assume[d.id] === undefined);
  return [
    ...open.map(({ id, question, options, taken, evidence }): Note => ({ severity: 'info', text: l10n('{0} Assumed: {1} ({2}).', question, options.find(o => o.id === taken)?.label ?? taken, evidence), actions: [{ id: `edit:assume:${id}`, label: l10n('Change…') }] })),
    ...(mapping && mapping.fields.length > 0 ? [{ severity: 'info' as const, text: l10n('Which array is what was told by names and shapes.'), actions: [{ id: 'binding', label: l10n('See and change…') }] }] : []),
  ];
}

/** States without gates are half of a recording: their checkpoint has the rest. */
function statesAlone(trace: Trace): Note[] {
  const names = new Set(trace.levels.flatMap(l => l.directions.flatMap(d => d.signals.map(s => s.name))));
  const alone = names.size > 0 && [...names].every(name => name === 'h' || name === 'c' || name === 'x');
  return alone ? [{ severity: 'info', text: l10n('Only states are recorded. With the checkpoint that they were made with, the gates can be worked out.'), actions: [{ id: 'edit:checkpoint', label: l10n('Choose a checkpoint…') }] }] : [];
}

async function withGates(trace: Trace, binding: Binding, files: Files, settings: Settings): Promise<{ trace: Trace; notes: readonly Note[] }> {
  const { network, notes } = await weightsOf(anything(binding.stack ?? ''), undefined, null, binding, files, settings.seed);
  const x = binding.input === undefined ? undefined : await inputOf(binding.input, trace, files);
  const done = await recompute(trace, network.levels, { x });
  return { trace: done.trace, notes: [...notes, ...done.differences.map(said), ...done.notes.map((text): Note => ({ severity: 'info', text }))] };
}

async function inputOf(path: string, trace: Trace, files: Files): Promise<Float32Array> {
  const bytes = await files.open(path);
  if (bytes.size === 0) throw emptyInput(baseOf(path));
  const sequence = await openSequence(bytes);
  if (sequence.steps !== trace.steps) throw new FormatError('trace', `the recording has ${trace.steps} steps, but ${baseOf(path)} has ${sequence.steps}`);
  return wholeOf(sequence);
}

/** The first step reads states that were not recorded, so it says less than the rest. */
function said({ level, direction, state, most, mostAfterFirst, step, unit }: Difference): Note {
  const differs = !(mostAfterFirst <= SAME);
  const values = [direction === 'reverse' ? l10n('{0} (reverse)', level) : level, state, most.toExponential(1), step, unit] as const;
  return {
    severity: differs ? 'warning' : 'info',
    text: differs
      ? l10n('{0}: the recorded {1} differs from what the checkpoint computes by at most {2}, at step {3}, unit {4}. It was probably recorded with other weights or another input.', ...values)
      : l10n('{0}: the recorded {1} differs from what the checkpoint computes by at most {2}, at step {3}, unit {4}.', ...values),
    ...(differs ? { actions: [{ id: 'edit:checkpoint', label: l10n('Choose another checkpoint…') }] } : {}),
  };
}

async function recordedOf(trace: Trace, steps: number): Promise<Recorded> {
  const levels = await Promise.all(trace.levels.map(async level => ({
    name: level.name, cell: level.cell, inputSize: level.inputSize ?? 0,
    directions: await Promise.all(level.directions.map(async d => ({
      direction: d.direction,
      signals: await Promise.all(d.signals.map(async s => ({ name: s.name, units: s.units, data: await s.read(0, steps) }))),
    }))),
  })));
  const curves = await Promise.all((trace.tracks ?? []).map(async (t): Promise<Curve> => ({ name: t.name, perStep: t.units, data: await t.read(0, steps) })));
  return {
    steps, levels, curves, axis: trace.rate ? 'time' : axisOf(trace.labels),
    ...(trace.labels ? { labels: trace.labels.slice(0, steps) } : {}), ...(trace.rate ? { rate: trace.rate } : {}),
  };
}

/** A trace keeps labels and not what they are: single characters are a text. */
function axisOf(labels: readonly string[] | undefined): Sequence['axis'] {
  if (!labels) return 'steps';
  return labels.every(l => l.length <= 2 && [...l].length <= 1) ? 'characters' : 'time';
}
