/** Sound (.wav) as an input sequence: one sample a step, -1 to 1. PCM of 8 to 32 bits and floats; several channels are averaged. */
import type { Sequence } from '../core/sequence';
import { FormatError, type Bytes } from './format';
import { printable, readExactly } from './parts/checked';
import { notFinite } from './parts/notes';
import type { SequenceReader } from './sequence';

const FORMAT = 'wav';
/** Two hours at 16 kHz. */
const MOST_SAMPLES = 2 ** 27;
const MOST_CHUNKS = 4096;
const PIECE = 1 << 22;

export const wav: SequenceReader = {
  id: FORMAT,
  extensions: ['wav'],
  match: head => textAt(head, 0) === 'RIFF' && textAt(head, 8) === 'WAVE',
  width: () => Promise.resolve(1),
  open,
};

const textAt = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));

interface Layout {
  readonly channels: number;
  readonly rate: number;
  readonly bits: number;
  readonly float: boolean;
  /** Bytes a sample of all channels. */
  readonly frame: number;
}

async function open(bytes: Bytes): Promise<Sequence> {
  const { layout, from, length } = await chunksOf(bytes);
  const steps = Math.floor(length / layout.frame);
  if (steps < 1) throw new FormatError(FORMAT, `${printable(bytes.name)} holds no samples; an input needs at least one step`, from);
  if (steps > MOST_SAMPLES) throw new FormatError(FORMAT, `${printable(bytes.name)} has ${steps} samples; at most ${MOST_SAMPLES} are read. Cut the recording`);
  const data = new Float32Array(steps);
  const frames = Math.max(1, Math.floor(PIECE / layout.frame));
  for (let at = 0; at < steps; at += frames) {
    const count = Math.min(frames, steps - at);
    mix(await readExactly(bytes, FORMAT, 'the samples', from + at * layout.frame, count * layout.frame), layout, data.subarray(at, at + count));
  }
  return {
    steps, width: 1, data, axis: 'time', rate: layout.rate, columns: ['sample'],
    description: `${bytes.name}, ${(steps / layout.rate).toFixed(1)} s at ${layout.rate / 1000} kHz`,
    notes: [...(layout.channels > 1 ? [`The mean of its ${layout.channels} channels is taken.`] : []), ...notFinite(data, 1)],
  };
}

/** The format and where the samples are; a recording cut short ends where the file does. @throws FormatError */
async function chunksOf(bytes: Bytes): Promise<{ layout: Layout; from: number; length: number }> {
  let layout: Layout | undefined;
  let at = 12;
  for (let k = 0; k < MOST_CHUNKS && at + 8 <= bytes.size; k++) {
    const head = await readExactly(bytes, FORMAT, 'a chunk', at, 8);
    const length = new DataView(head.buffer, head.byteOffset).getUint32(4, true);
    const name = textAt(head, 0);
    if (name === 'fmt ') layout = layoutOf(await readExactly(bytes, FORMAT, 'the format chunk', at + 8, Math.min(length, 40)), at + 8);
    else if (name === 'data') {
      if (!layout) throw new FormatError(FORMAT, 'the samples should come after the format chunk, but there was none', at);
      return { layout, from: at + 8, length: Math.min(length, bytes.size - at - 8) };
    }
    at += 8 + length + length % 2;
  }
  throw new FormatError(FORMAT, `${printable(bytes.name)} has no samples: no data chunk was found. The file may be truncated`);
}

const PCM = 1, FLOAT = 3, EXTENSIBLE = 0xfffe;

function layoutOf(raw: Uint8Array, offset: number): Layout {
  if (raw.length < 16) throw new FormatError(FORMAT, `the format chunk should have at least 16 bytes, but has ${raw.length}`, offset);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const named = view.getUint16(0, true);
  const kind = named === EXTENSIBLE && raw.length >= 26 ? view.getUint16(24, true) : named;
  const [channels, rate, bits] = [view.getUint16(2, true), view.getUint32(4, true), view.getUint16(14, true)];
  const float = kind === FLOAT;
  const known = float ? [32, 64] : [8, 16, 24, 32];
  if (kind !== PCM && !float) throw new FormatError(FORMAT, `its samples are compressed (format ${kind}). Save as plain PCM of 16 bits`, offset);
  if (!known.includes(bits) || channels < 1 || rate < 1) throw new FormatError(FORMAT, `${channels} channels of ${bits} bits at ${rate} Hz cannot be read; ${known.join(', ')} bits can`, offset);
  return { channels, rate, bits, float, frame: channels * bits / 8 };
}

function mix(raw: Uint8Array, { channels, bits, float }: Layout, out: Float32Array): void {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const size = bits / 8;
  const sample = samplers[`${float ? 'f' : 'i'}${bits}`]!;
  for (let t = 0; t < out.length; t++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += sample(view, (t * channels + c) * size);
    out[t] = sum / channels;
  }
}

/** Full scale is 1, as audio libraries have it: 2^15 for 16 bits. */
const samplers: Readonly<Record<string, (view: DataView, at: number) => number>> = {
  i8: (view, at) => (view.getUint8(at) - 128) / 2 ** 7,
  i16: (view, at) => view.getInt16(at, true) / 2 ** 15,
  i24: (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 2 ** 16) / 2 ** 23,
  i32: (view, at) => view.getInt32(at, true) / 2 ** 31,
  f32: (view, at) => view.getFloat32(at, true),
  f64: (view, at) => view.getFloat64(at, true),
};
