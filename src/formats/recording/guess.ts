/** A dump as a trace: what each array is, guessed by names and shapes, with the evidence, and open to other answers. */
import { cells } from '../../core/cells/index';
import type { Direction } from '../../core/layer';
import { FormatError, type Answers, type Doubt, type SignalRef, type Trace, type TraceLevel, type TraceMapping, type TraceSequence } from '../format';
import { printable, shapeText } from '../parts/checked';
import { describedLevels, labelsIn, rateIn, sequencesIn } from '../traceMetadata';
import { choosing } from '../traceView';
import { cellDoubt } from './cell';
import type { Dump } from './dump';
import { layoutLabel, layoutOf, layoutsOf, timeOf, type LaidOut } from './layout';
import { levelName, natural } from './names';
import type { Peeked } from './peek';
import { signalsOf, type Laid } from './read';
import { roleOptions, rolesOf, type Role } from './roles';

const FORMAT = 'recording';
const MOST_SEQUENCES = 1_000_000;

/** What was read ahead of any question: the dump, labels of steps, and what a first look at the numbers told. */
export interface Prepared {
  readonly dump: Dump;
  /** The file's name without its ending, for what has no name of its own. */
  readonly stem: string;
  readonly peeked: Peeked;
}

/** The trace that the dump is under these answers. @throws FormatError where no array can be one */
export function traceFrom(prepared: Prepared, answers: Answers = {}): Trace {
  const first = guessed(prepared, answers);
  const batch = first.sequences !== undefined && !prepared.dump.parts && !prepared.dump.exact;
  return choosing(first, answers, more => guessed(prepared, more), batch ? '0' : 'all');
}

function guessed({ dump, stem, peeked }: Prepared, answers: Answers): Trace {
  const roles = rolesOf(dump.arrays, { states: peeked.states?.taken ?? 'h', ...answers }, dump.exact === true);
  if (roles.length === 0) throw new FormatError(FORMAT, `${printable(stem)} has no array of signals: [steps, units], or more axes. It has ${dump.arrays.slice(0, 6).map(a => `${printable(a.name)} ${shapeText(a.shape)}`).join(', ') || 'none'}`);
  const { laid, doubt, warnings, fields } = arranged(roles, dump, peeked, answers);
  const { sequences, steps } = extent(dump, laid);
  const levels = levelsOf(laid, stem, dump);
  const cell = dump.exact ? undefined : cellDoubt(levels, answers['cell']);
  const found = cells.find(c => c.id === (answers['cell'] ?? cell?.taken));
  const labels = labelsOf(dump, peeked, steps, sequences);
  const tracks = [...dump.tracks ?? [], ...peeked.tracks.filter(t => t.steps === steps).map(t => t.track)];
  const doubts = [doubt, statesDoubt(roles, peeked, answers), cell].filter(d => d !== undefined);
  const rate = dump.metadata && rateIn(dump.metadata);
  return {
    kind: 'trace', format: FORMAT, steps, metadata: dump.metadata ?? {},
    levels: found && !dump.exact ? levels.map(level => ({ ...level, cell: found })) : levels,
    ...(labels ? { labels } : {}), ...(sequences ? { sequences } : {}), ...(tracks.length > 0 ? { tracks } : {}), ...(rate === undefined ? {} : { rate }),
    ...(doubts.length > 0 ? { doubts } : {}), mapping: { fields: [...cellField(found?.id, dump), ...fields] },
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

interface Arranged { readonly laid: readonly Laid[]; readonly doubt: Doubt | undefined; readonly warnings: readonly string[]; readonly fields: TraceMapping['fields'] }

/** How each array lies; arrays of another length than most are left out, and said to be. */
function arranged(roles: readonly Role[], dump: Dump, peeked: Peeked, answers: Answers): Arranged {
  const time = timeOf(roles, peeked.labels.map(l => ({ name: l.name, count: l.texts.length })).find(l => roles.some(r => r.array.shape.includes(l.count))), dump.rows === true);
  const named = new Set(roles.filter(r => r.known && r.signal !== 'x').map(r => r.level)).size > 1;
  const x = roles.find(r => r.signal === 'x');
  const single = peeked.labels.find(l => l.texts.length === time?.steps && !/step|time|index/i.test(l.name));
  const batched = x?.array.shape.length === 3 ? { why: `the input ${printable(x.array.name)} ${shapeText(x.array.shape)} is of several sequences` } : undefined;
  const flat = batched ? undefined : x?.array.shape.length === 2 ? { why: `the input ${printable(x.array.name)} ${shapeText(x.array.shape)} is of one sequence`, sure: true }
    : single ? { why: `${printable(single.name)} labels one sequence`, sure: false } : undefined;
  const guesses = roles.map(role => ({ role, guess: layoutOf(role, time, { named, ...(flat ? { flat } : {}), ...(batched ? { batched } : {}) }) }));
  const warnings = [...dump.warnings, ...guesses.filter(g => !g.guess).map(g => `${printable(g.role.array.name)} ${shapeText(g.role.array.shape)} is left out: it has too many axes.`)];
  const open = guesses.filter((g): g is { role: Role; guess: LaidOut } => (g.guess?.others.length ?? 0) > 1);
  const rank = open[0]?.role.array.shape.length;
  const all = guesses.flatMap(({ role, guess }): Laid[] => {
    if (!guess) return [];
    const { name, shape } = role.array;
    const wanted = answers[`axes:${name}`] ?? (shape.length === rank ? answers['axes'] : undefined) ?? guess.layout;
    const layout = layoutsOf(shape.length).includes(wanted) ? wanted : guess.layout;
    return [{ role, layout, steps: shape[layout.indexOf('t')] ?? 0 }];
  });
  const usual = commonest(all.map(l => l.steps));
  const laid = all.filter(l => l.steps === usual);
  for (const l of all) if (l.steps !== usual) warnings.push(`${printable(l.role.array.name)} ${shapeText(l.role.array.shape)} is left out: read as ${layoutLabel(l.layout)} it has ${l.steps} steps, most arrays have ${usual}.`);
  const taken = open[0] && (all.find(l => l.role === open[0]!.role)?.layout ?? open[0].guess.layout);
  return {
    laid, warnings, doubt: open[0] && taken !== undefined ? axesDoubt(open[0], taken) : undefined,
    fields: roles.flatMap(r => fieldsOf(r, all.find(l => l.role === r)?.layout, dump)),
  };
}

function axesDoubt({ role, guess }: { role: Role; guess: LaidOut }, taken: string): Doubt {
  const options = guess.others.includes(taken) ? guess.others : [taken, ...guess.others];
  return { id: 'axes', question: `Which axis of ${printable(role.array.name)} ${shapeText(role.array.shape)} is which?`, options: options.map(id => ({ id, label: layoutLabel(id) })), taken, evidence: taken === guess.layout ? guess.why : `${guess.why}; here it was chosen otherwise` };
}

function statesDoubt(roles: readonly Role[], { states }: Peeked, answers: Answers): Doubt | undefined {
  const vague = roles.filter(r => r.vague);
  if (!states || vague.length === 0) return undefined;
  return {
    id: 'states', question: `Which states are ${vague.slice(0, 3).map(r => printable(r.array.name)).join(', ')}?`,
    options: [{ id: 'h', label: 'hidden states h' }, { id: 'c', label: 'cell states c' }], taken: answers['states'] === 'h' || answers['states'] === 'c' ? answers['states'] : states.taken, evidence: states.evidence,
  };
}

function fieldsOf({ array, signal }: Role, layout: string | undefined, dump: Dump): TraceMapping['fields'] {
  if (dump.exact) return [];
  const label = `${printable(array.name)} ${shapeText(array.shape)}`;
  const options = roleOptions.some(o => o.id === signal) ? roleOptions : [{ id: signal, label: printable(signal) }, ...roleOptions];
  return [
    { id: `array:${array.name}`, label, value: signal, options },
    ...(layout === undefined || dump.rows ? [] : [{ id: `axes:${array.name}`, label: `${label}: axes`, value: layout, options: layoutsOf(array.shape.length).map(id => ({ id, label: layoutLabel(id) })) }]),
  ];
}

const cellField = (taken: string | undefined, dump: Dump): TraceMapping['fields'] =>
  dump.exact ? [] : [{ id: 'cell', label: 'Cell', value: taken ?? 'none', options: [...cells.map(c => ({ id: c.id, label: `${c.name}, ${c.variant}` })), { id: 'none', label: 'not known' }] }];

function commonest(counts: readonly number[]): number {
  const times = new Map<number, number>();
  for (const n of counts) times.set(n, (times.get(n) ?? 0) + 1);
  return [...times].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0])[0];
}

/** All steps there are, and the sequences that they are of. */
function extent(dump: Dump, laid: readonly Laid[]): { readonly steps: number; readonly sequences?: readonly TraceSequence[] } {
  const each = laid[0]?.steps ?? 0;
  if (dump.metadata && dump.exact) {
    const sequences = sequencesIn(dump.metadata, each);
    return { steps: each, ...(sequences ? { sequences } : {}) };
  }
  if (dump.parts && dump.parts.length > 1) {
    let from = 0;
    return { steps: each, sequences: dump.parts.map(p => ({ name: p.name, from, to: from += p.steps })) };
  }
  const batch = Math.max(1, ...laid.map(l => l.role.array.shape[l.layout.indexOf('b')] ?? 1));
  if (batch === 1) return { steps: each };
  if (batch > MOST_SEQUENCES) throw new FormatError(FORMAT, `it would be a batch of ${batch} sequences; at most ${MOST_SEQUENCES} are read`);
  return { steps: each * batch, sequences: Array.from({ length: batch }, (_, k) => ({ name: `sequence ${k}`, from: k * each, to: (k + 1) * each })) };
}

/** Levels in natural order, each with its directions and signals. */
function levelsOf(laid: readonly Laid[], stem: string, dump: Dump): readonly TraceLevel[] {
  const described = dump.exact && dump.metadata ? describedLevels(dump.metadata) : undefined;
  const levels = new Map<string, Map<Direction, SignalRef[]>>();
  const put = (key: string, direction: Direction, signal: SignalRef): void => {
    const directions = levels.get(key) ?? new Map<Direction, SignalRef[]>();
    levels.set(key, directions);
    const signals = directions.get(direction) ?? [];
    directions.set(direction, signals);
    signals.push(signals.some(s => s.name === signal.name) ? { ...signal, name: `${signal.name} (${signals.length + 1})` } : signal);
  };
  // An input without a level of its own goes to the lowest.
  const [inputs, rest] = [laid.filter(l => l.role.signal === 'x' && l.role.level === ''), laid.filter(l => l.role.signal !== 'x' || l.role.level !== '')];
  const signals = rest.flatMap(l => signalsOf(l, laid));
  const keys = [...new Set(signals.map(s => s.level))];
  const lowest = (dump.exact ? keys : [...keys].sort(natural))[0] ?? '';
  for (const { direction, signal } of inputs.flatMap(l => signalsOf(l, laid))) put(lowest, direction, signal);
  for (const { level, direction, signal } of signals) put(level, direction, signal);
  const entries = dump.exact ? [...levels] : [...levels].sort(([a], [b]) => natural(a, b));
  return entries.map(([key, directions]) => {
    const x = [...directions.values()].flat().find(s => s.name === 'x');
    return { name: levelName(key, stem), ...(x ? { inputSize: x.units } : {}), ...described?.get(key), directions: [...directions].map(([direction, list]) => ({ direction, signals: list })) };
  });
}

/** One a step; a list for one sequence is that of every sequence of a batch. */
function labelsOf(dump: Dump, { labels }: Peeked, steps: number, sequences: readonly TraceSequence[] | undefined): readonly string[] | undefined {
  if (dump.metadata?.['labels'] !== undefined) return labelsIn(dump.metadata, steps);
  const whole = labels.find(l => l.texts.length === steps);
  if (whole) return whole.texts;
  const each = sequences?.[0] && sequences[0].to - sequences[0].from;
  const one = labels.find(l => l.texts.length === each);
  return one && sequences ? sequences.flatMap(() => one.texts) : undefined;
}
