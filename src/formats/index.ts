/** The formats that can be opened, in the order they are asked. */
import { FormatError, type Bytes, type Checkpoint, type Format, type Trace } from './format';
import { flax } from './flax';
import { keras } from './keras';
import { npz } from './npz';
import { onnx } from './onnx';
import { printable, readExactly } from './parts/checked';
import { recording } from './recording';
import { safetensors } from './safetensors';
import { shards } from './shards';
import { tensorflow } from './tensorflow';
import { torch } from './torch';
import { tfjs } from './tfjs';
import { trace } from './trace';

/** Adding a format is a file and a word here; a trace is a safetensors file too, so it is asked first. Recordings are what is no checkpoint: asked last. */
export const formats: readonly Format[] = [trace, safetensors, tensorflow, onnx, torch, npz, keras, shards, tfjs, flax, recording];

const HEAD = 4096;

/** Opens a checkpoint or trace by its content. @throws FormatError, also for what no format knows */
export async function open(bytes: Bytes): Promise<Checkpoint | Trace> {
  if (bytes.size === 0) throw new FormatError('open', `${printable(bytes.name)} is empty`);
  const head = await readExactly(bytes, 'open', 'the beginning', 0, Math.min(HEAD, bytes.size));
  const format = await matching(head, bytes) ?? formats.find(f => f.extensions.some(e => bytes.name.toLowerCase().endsWith(`.${e}`)));
  if (!format) throw new FormatError('open', `${printable(bytes.name)} is of no known format. What can be opened: ${openable()}`);
  return format.open(bytes);
}

async function matching(head: Uint8Array, bytes: Bytes): Promise<Format | undefined> {
  for (const format of formats) if (await format.match(head, bytes)) return format;
  return undefined;
}

/** `ONNX (.onnx), PyTorch (.pt, .pth)`: each extension with the first format that has it. */
export function openable(): string {
  const said = new Set<string>();
  return formats.flatMap(({ title, extensions }) => {
    const own = extensions.filter(e => !said.has(e));
    own.forEach(e => said.add(e));
    return own.length > 0 ? [`${title} (${own.map(e => `.${e}`).join(', ')})`] : [];
  }).join(', ');
}

/** Extensions to look for in a workspace, without dots. */
export const sought = (): string[] => [...new Set(formats.flatMap(f => f.sought ?? f.extensions))];

/** Extensions that a person may choose a checkpoint or trace by, without dots. */
export const choosable = (): string[] => [...new Set(formats.flatMap(f => f.extensions))];

export { FormatError } from './format';
export type * from './format';
export { span } from './traceView';
export { memory } from './memory';
export { candidates, stackFromTensors, stacksOf, type Candidate, type LevelTensors, type PackedRefs, type Wanted } from './layers';
export { traceLayout, writeTrace, encodeLayer, type PlannedLevel, type PlannedTensor, type SignalSource, type TraceLayout, type TracePlan } from './traceWriter';
export { inputEndings, openSequence, openSequences, probeSequence, readsText, sequenceReaders, type SequenceOptions, type Several } from './sequence';
export { encode, parseVocabulary, readVocabulary, vocabularyOf, type Encoding, type Vocabulary } from './vocabulary';
