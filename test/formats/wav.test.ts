import assert from 'node:assert/strict';
import { wholeOf } from '../../src/core/rows';
import { FormatError, memory, openSequence } from '../../src/formats/index';

/** A wave file by hand: chunks in order, as the format's description has them. */
function wave(format: number, channels: number, rate: number, bits: number, data: Uint8Array, { extensible = false, before = new Uint8Array(0) } = {}): Uint8Array {
  const fmt = new DataView(new ArrayBuffer(extensible ? 40 : 16));
  fmt.setUint16(0, extensible ? 0xfffe : format, true);
  fmt.setUint16(2, channels, true);
  fmt.setUint32(4, rate, true);
  fmt.setUint32(8, rate * channels * bits / 8, true);
  fmt.setUint16(12, channels * bits / 8, true);
  fmt.setUint16(14, bits, true);
  if (extensible) fmt.setUint16(24, format, true);
  const chunk = (name: string, body: Uint8Array): number[] => [...new TextEncoder().encode(name), ...new Uint8Array(Uint32Array.of(body.length).buffer), ...body, ...(body.length % 2 ? [0] : [])];
  const body = [...chunk('fmt ', new Uint8Array(fmt.buffer)), ...(before.length ? chunk('LIST', before) : []), ...chunk('data', data)];
  return Uint8Array.from([...new TextEncoder().encode('RIFF'), ...new Uint8Array(Uint32Array.of(body.length + 4).buffer), ...new TextEncoder().encode('WAVE'), ...body]);
}

const bytesOf = (numbers: Int16Array | Int32Array | Float32Array | Float64Array): Uint8Array => new Uint8Array(numbers.buffer);
const read = async (data: Uint8Array): Promise<{ samples: number[]; rate: number | undefined; notes: readonly string[] }> => {
  const sequence = await openSequence(memory('a.wav', data));
  assert.equal(sequence.width, 1);
  return { samples: [...wholeOf(sequence)], rate: sequence.rate, notes: sequence.notes };
};

describe('wav', () => {
  const cases: readonly (readonly [string, Uint8Array, readonly number[]])[] = [
    ['8 bits', wave(1, 1, 8000, 8, Uint8Array.of(128, 0, 255)), [0, -1, 127 / 128]],
    ['16 bits', wave(1, 1, 16000, 16, bytesOf(Int16Array.of(0, 16384, -32768))), [0, 0.5, -1]],
    ['24 bits', wave(1, 1, 16000, 24, Uint8Array.of(0, 0, 0x40, 0xff, 0xff, 0xff)), [0.5, -1 / 2 ** 23]],
    ['32 bits', wave(1, 1, 16000, 32, bytesOf(Int32Array.of(2 ** 30, -(2 ** 31)))), [0.5, -1]],
    ['floats', wave(3, 1, 16000, 32, bytesOf(Float32Array.of(0.25, -0.75))), [0.25, -0.75]],
    ['doubles, extensible', wave(3, 1, 16000, 64, bytesOf(Float64Array.of(0.125)), { extensible: true }), [0.125]],
    ['an odd chunk before the samples', wave(1, 1, 16000, 16, bytesOf(Int16Array.of(8192)), { before: Uint8Array.of(1, 2, 3) }), [0.25]],
  ];
  for (const [name, data, expected] of cases) {
    it(`reads ${name}`, async () => assert.deepEqual((await read(data)).samples, expected));
  }

  it('takes the mean of two channels, and says so', async () => {
    const { samples, rate, notes } = await read(wave(1, 2, 44100, 16, bytesOf(Int16Array.of(16384, 0, -16384, -16384))));
    assert.deepEqual(samples, [0.25, -0.5]);
    assert.equal(rate, 44100);
    assert.match(notes.join(), /2 channels/);
  });

  it('reads what there is of a recording that was cut off', async () => {
    const whole = wave(1, 1, 16000, 16, bytesOf(Int16Array.of(1, 2, 3, 4)));
    assert.equal((await read(whole.subarray(0, whole.length - 3))).samples.length, 2);
  });

  it('refuses compressed samples, and a file without any', async () => {
    await assert.rejects(read(wave(85, 1, 16000, 16, new Uint8Array(4))), (e: unknown) => e instanceof FormatError && /compressed/.test(e.message));
    await assert.rejects(read(wave(1, 1, 16000, 16, new Uint8Array(0)).subarray(0, 36)), (e: unknown) => e instanceof FormatError && /no data chunk/.test(e.message));
  });
});
