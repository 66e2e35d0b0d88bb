/** Parts of a trace: a span of its steps as a trace of its own. */
import { FormatError, type Answers, type SignalRef, type Trace, type TraceMapping, type TraceSequence } from './format';

/** Sequences that a person can choose from one by one; of more, those beyond are reached through all of them. */
const MOST_LISTED = 10_000;

/** Steps [from, to) of a trace; nothing is read. @throws FormatError where it has fewer */
export function span(trace: Trace, from: number, to: number): Trace {
  if (!(Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && from <= to && to <= trace.steps)) {
    throw new FormatError(trace.format, `steps ${from} to ${to} were asked for, but it has ${trace.steps}`);
  }
  const { labels, tracks, sequences, ...rest } = trace;
  return {
    ...rest, steps: to - from,
    levels: trace.levels.map(level => ({ ...level, directions: level.directions.map(d => ({ ...d, signals: d.signals.map(s => shifted(s, from, to)) })) })),
    ...(labels ? { labels: labels.slice(from, to) } : {}),
    ...(tracks ? { tracks: tracks.map(t => shifted(t, from, to)) } : {}),
    ...(sequences ? { sequences: cut(sequences, from, to) } : {}),
  };
}

function shifted(signal: SignalRef, first: number, last: number): SignalRef {
  return {
    name: signal.name, units: signal.units,
    read: async (from, to) => {
      if (!(from >= 0 && from <= to && first + to <= last)) throw new FormatError('trace', `steps ${from} to ${to} of ${signal.name} were asked for, but it has ${last - first}`);
      return signal.read(first + from, first + to);
    },
  };
}

const cut = (sequences: readonly TraceSequence[], from: number, to: number): readonly TraceSequence[] =>
  sequences.filter(s => s.to > from && s.from < to).map(s => ({ name: s.name, from: Math.max(0, s.from - from), to: Math.min(to, s.to) - from }));

type Field = TraceMapping['fields'][number];

/** The field by which a person chooses one of a trace's sequences, or `all` of them one after the other. */
export function sequenceField(sequences: readonly TraceSequence[], value: string): Field {
  const listed = sequences.slice(0, MOST_LISTED).map((s, k) => ({ id: String(k), label: `${s.name}, ${s.to - s.from} steps` }));
  return { id: 'sequence', label: 'Sequence', value, options: [{ id: 'all', label: `all ${sequences.length}, one after the other` }, ...listed] };
}

/** Makes a trace of several sequences one that can be asked for one of them; `first` is shown where nothing is answered. `reopen` knows of further answers. */
export function choosing(trace: Trace, answers: Answers = {}, reopen?: (answers: Answers) => Trace, first = 'all'): Trace {
  const { sequences } = trace;
  const again = (more: Answers): Trace => {
    const all = { ...answers, ...more };
    return choosing(reopen ? reopen(all) : trace, all, reopen, first);
  };
  if (!sequences || sequences.length < 2) return reopen ? { ...trace, decide: again } : trace;
  const wanted = answers['sequence'] ?? first;
  const chosen = /^\d+$/.test(wanted) ? sequences[Number(wanted)] : undefined;
  const shown = chosen ? span(trace, chosen.from, chosen.to) : trace;
  const fields = [sequenceField(sequences, chosen ? wanted : 'all'), ...trace.mapping?.fields ?? []];
  return { ...shown, mapping: { fields }, decide: again };
}
