/**
 * Recorded signals as a safetensors file (docs/TRACE.md): tensors `LAYER/SIGNAL` (`LAYER/SIGNAL/reverse`) of shape [steps, units], LAYER
 * percent-encoded, and metadata that say what they are. Any safetensors library reads it too.
 */
import type { Direction } from '../core/layer';
import { FormatError, type Answers, type Bytes, type Format, type SignalRef, type Trace, type TraceLevel } from './format';
import { printable, readExactly, shapeText } from './parts/checked';
import { sizeOf, toFloat32 } from './parts/numbers';
import { looksLikeSafetensors, readHeader, type Entry, type Header } from './parts/safetensorsHeader';
import { decodedLayer, describedLevels, labelsIn, momentsIn, rateIn, sequencesIn } from './traceMetadata';
import { choosing } from './traceView';
import { decodedSignal, TRACKS } from './traceWriter';

const FORMAT = 'trace';

export const trace: Format = {
  id: FORMAT,
  title: 'safetensors',
  extensions: ['safetensors'],
  // We write this key first, so it is within the head.
  match: head => looksLikeSafetensors(head) && new TextDecoder('latin1').decode(head.subarray(8)).includes('"gatescope"'),
  open: async bytes => {
    const header = await readHeader(bytes);
    if (!isTrace(header)) throw new FormatError(FORMAT, `${bytes.name} says nothing of a recording. Open it as a checkpoint`);
    return traceOf(bytes, header);
  },
};

export const isTrace = (header: Header): boolean => header.metadata['gatescope'] !== undefined;

/** The trace that a header describes: all its sequences, at the last moment of its training. @throws FormatError */
export function traceOf(bytes: Bytes, header: Header): Trace {
  const version = header.metadata['gatescope'] ?? '';
  if (version !== '1' && version !== '2') throw new FormatError(FORMAT, `it was written in version ${printable(version)} of the format; this version of Gatescope reads 1 and 2`);
  const reopen = (answers: Answers): Trace => atMoment(bytes, header, answers);
  const first = reopen({});
  return choosing(first, {}, (first.moments?.length ?? 0) > 1 ? reopen : undefined);
}

function atMoment(bytes: Bytes, { entries, metadata }: Header, answers: Answers): Trace {
  const moments = momentsIn(metadata);
  const asked = moments?.findIndex(m => String(m.step) === answers['moment']) ?? -1;
  const moment = asked >= 0 ? asked : (moments?.length ?? 1) - 1;
  const named = entries.map(entry => ({ entry, place: parseName(entry.name) }));
  const firstOf = named.find(n => n.place.kind === 'signal')?.entry;
  const steps = stepsIn(metadata['steps'], firstOf ? firstOf.shape.at(-2) : 0);
  const described = describedLevels(metadata);
  const levels = new Map<string, Map<Direction, SignalRef[]>>();
  const tracks: SignalRef[] = [];
  for (const { entry, place } of named) {
    if (place.kind === 'track') tracks.push(signalOf(bytes, entry, decodedLayer(place.signal), steps, moments?.length, moment));
    if (place.kind !== 'signal') continue;
    const directions = levels.get(place.layer) ?? new Map<Direction, SignalRef[]>();
    levels.set(place.layer, directions);
    directions.set(place.direction, [...directions.get(place.direction) ?? [], signalOf(bytes, entry, decodedSignal(place.signal), steps, moments?.length, moment)]);
  }
  const labels = labelsIn(metadata, steps);
  const sequences = sequencesIn(metadata, steps);
  const rate = rateIn(metadata);
  return {
    kind: 'trace', format: FORMAT, steps, metadata,
    levels: [...levels].map(([layer, directions]): TraceLevel => ({
      ...(described.get(layer) ?? { name: decodedLayer(layer) }),
      directions: [...directions].map(([direction, signals]) => ({ direction, signals })),
    })),
    ...(labels ? { labels } : {}), ...(sequences ? { sequences } : {}), ...(moments ? { moments } : {}),
    ...(tracks.length > 0 ? { tracks } : {}), ...(rate === undefined ? {} : { rate }),
    ...(moments && moments.length > 1 ? { mapping: { fields: [{
      id: 'moment', label: 'Moment of the training', value: String(moments[moment]?.step),
      options: moments.map(m => ({ id: String(m.step), label: m.name ?? `step ${m.step}` })),
    }] } } : {}),
  };
}

function stepsIn(text: string | undefined, found: number | undefined): number {
  const steps = text === undefined ? found ?? 0 : Number(text);
  if (!Number.isSafeInteger(steps) || steps < 0) throw new FormatError(FORMAT, `its metadata "steps" should be a count, but is "${printable(text ?? '')}"`);
  return steps;
}

type PlaceName =
  | { readonly kind: 'signal'; readonly layer: string; readonly signal: string; readonly direction: Direction }
  | { readonly kind: 'track'; readonly signal: string }
  /** A reserved name that a later version may give a meaning. */
  | { readonly kind: 'other' };

function parseName(name: string): PlaceName {
  const [layer = '', signal = '', way, ...rest] = name.split('/');
  if (layer === TRACKS && signal !== '' && way === undefined) return { kind: 'track', signal };
  if (layer.startsWith('@')) return { kind: 'other' };
  if (signal === '' || rest.length > 0 || (way !== undefined && way !== 'reverse')) {
    throw new FormatError(FORMAT, `tensors should be called LAYER/SIGNAL or LAYER/SIGNAL/reverse, but one is called "${printable(name)}"`);
  }
  return { kind: 'signal', layer, signal, direction: way === 'reverse' ? 'reverse' : 'forward' };
}

/** [steps, units], or [moments, steps, units] of which one moment is read. */
function signalOf(bytes: Bytes, { name, dtype, shape, from }: Entry, signal: string, steps: number, moments: number | undefined, moment: number): SignalRef {
  const each = moments !== undefined && shape.length === 3;
  const [rows, units = 0] = each ? shape.slice(1) : shape;
  const size = sizeOf(dtype);
  const fits = each ? shape[0] === moments : shape.length === 2;
  if (!fits || rows !== steps) throw new FormatError(FORMAT, `"${printable(name)}" should be of shape ${moments === undefined ? '' : `[${moments}, ${steps}, units] or `}[${steps}, units], but is ${shapeText(shape)}`, from);
  if (size === undefined) throw new FormatError(FORMAT, `"${printable(name)}" is of type ${printable(dtype)}, which is not read`, from);
  const start = from + (each ? moment * steps * units * size : 0);
  return {
    name: signal, units,
    read: async (first, last) => {
      if (!(first >= 0 && first <= last && last <= steps)) throw new FormatError(FORMAT, `steps ${first} to ${last} of "${printable(name)}" were asked for, but it has ${steps}`);
      return toFloat32(dtype, await readExactly(bytes, FORMAT, `"${printable(name)}"`, start + first * units * size, (last - first) * units * size));
    },
  };
}
