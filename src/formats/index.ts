/** The formats that can be opened, in the order they are asked. */
import { FormatError, type Bytes, type Checkpoint, type Format, type Trace } from './format';
import { onnx } from './onnx';
import { printable, readExactly } from './parts/checked';
import { safetensors } from './safetensors';
import { trace } from './trace';

/** Adding a format is a file and a word here; a trace is a safetensors file too, so it is asked first. */
export const formats: readonly Format[] = [trace, safetensors, onnx];

const HEAD = 4096;

/** Opens a checkpoint or trace by its content. @throws FormatError, also for what no format knows */
export async function open(bytes: Bytes): Promise<Checkpoint | Trace> {
  if (bytes.size === 0) throw new FormatError('open', `${printable(bytes.name)} is empty`);
  const head = await readExactly(bytes, 'open', 'the beginning', 0, Math.min(HEAD, bytes.size));
  const format = formats.find(f => f.match(head, bytes)) ?? formats.find(f => f.extensions.some(e => bytes.name.toLowerCase().endsWith(`.${e}`)));
  if (!format) throw new FormatError('open', `${printable(bytes.name)} is of no known format. What can be opened: ${openable()}`);
  return format.open(bytes);
}

/** `.safetensors, .onnx` */
export const openable = (): string => [...new Set(formats.flatMap(f => f.extensions))].map(e => `.${e}`).join(', ');

export { FormatError } from './format';
export type * from './format';
export { memory } from './memory';
export { candidates, stackFromTensors, stacksOf, type Candidate, type LevelTensors, type PackedRefs, type Wanted } from './layers';
export { traceLayout, writeTrace, encodeLayer, type PlannedLevel, type PlannedTensor, type SignalSource, type TraceLayout, type TracePlan } from './traceWriter';
export { openSequence, probeSequence, sequenceReaders, type SequenceOptions } from './sequence';
export { encode, parseVocabulary, readVocabulary, vocabularyOf, type Encoding, type Vocabulary } from './vocabulary';
