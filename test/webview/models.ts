/** What the development page can show: real runs of small layers, and one large made-up recording. */
import { cellById } from '../../src/core/cells/index';
import { running } from '../../src/core/engine';
import { initialise } from '../../src/core/initialise';
import type { Network, Params } from '../../src/core/layer';
import { parameterCount } from '../../src/core/parameters';
import { random } from '../../src/core/random';
import { atOnce } from '../../src/core/recording/recording';
import { wholeOf } from '../../src/core/rows';
import type { Sequence } from '../../src/core/sequence';
import type { Scene } from '../../src/protocol';
import type { Subject } from '../../src/session';

const TEXT = `def main(environ):
    if environ['REQUEST_METHOD'] == 'POST':
        ctype, pdict = parse_header(environ['CONTENT_TYPE'])
        if ctype == 'multipart/form-data':
            return parse_multipart(fp, pdict, "strict")
        elif ctype == 'application/x-www-form-urlencoded':
            clength = int(environ['CONTENT_LENGTH'])
            if maxlen and clength > maxlen:
                raise ValueError('Maximum content length exceeded')
            qs = fp.read(clength).decode(encoding)
        else:
            qs = ''  # Unknown content-type
    print("<H3>Shell Environment:</H3>")
    return parse_qs(qs, keep_blank_values, strict_parsing)
`;

/** Parameters large enough for gates to open and shut, as in a trained layer. */
function lively(params: Params, seed: number): Params {
  const source = random(seed);
  return Object.fromEntries(Object.entries(params).map(([name, { shape, data }]) => {
    const size = name.startsWith('W') ? 2.2 : name.startsWith('U') ? 0.55 : 0.4;
    const shift = name === 'bf' ? 1.1 : 0;
    return [name, { shape, data: data.map(() => shift + size * gaussian(source)) }];
  }));
}

function gaussian(source: { uniform(): number }): number {
  return Math.sqrt(-2 * Math.log(1 - source.uniform())) * Math.cos(2 * Math.PI * source.uniform());
}

/** Characters as one-hot vectors over those that occur. */
function characters(text: string, all = text): Sequence {
  const symbols = [...new Set(all)].sort();
  const labels = [...text];
  const ids = Int32Array.from(labels, c => symbols.indexOf(c));
  const data = new Float32Array(labels.length * symbols.length);
  ids.forEach((id, t) => { data[t * symbols.length + id] = 1; });
  return { steps: labels.length, width: symbols.length, data, labels, axis: 'characters', description: `cgi.py, held out, ${labels.length} chars`, notes: [], ids };
}

function weather(steps: number): Sequence {
  const source = random(3);
  const data = new Float32Array(steps * 3);
  for (let t = 0; t < steps; t++) {
    data[3 * t] = Math.sin((2 * Math.PI * t) / 365) + 0.3 * gaussian(source);
    data[3 * t + 1] = Math.cos((2 * Math.PI * t) / 365) + 0.2 * gaussian(source);
    data[3 * t + 2] = source.uniform() < 0.3 ? 2 * source.uniform() : 0;
  }
  const labels = Array.from({ length: steps }, (_, t) => new Date(Date.UTC(2012, 0, 1 + t)).toISOString().slice(0, 10));
  return { steps, width: 3, data, labels, axis: 'time', columns: ['temp_max', 'temp_min', 'rain'], description: `weather.csv, ${steps} days, 3 columns`, notes: [] };
}

/** Ten seconds of something like speech: syllables, pauses, features of each 32 ms, and how much of it is sound. */
function speech(steps: number): Sequence {
  const source = random(5);
  const loud = Array.from({ length: steps }, (_, t) => (Math.sin(t / 37) > -0.2 ? Math.abs(Math.sin(t / 4.1)) : 0.02));
  const wave = Float32Array.from({ length: steps * 512 }, (_, k) => loud[Math.floor(k / 512)]! * 0.6 * Math.sin(k / 17) * gaussian(source) / 2);
  const data = Float32Array.from({ length: steps * 8 }, (_, k) => loud[Math.floor(k / 8)]! * gaussian(source));
  return {
    steps, width: 8, data, axis: 'time', rate: 31.25, description: 'speech.wav, 10.2 s at 16 kHz, through vad.onnx', notes: [],
    curves: [{ name: 'waveform', perStep: 512, data: wave }, { name: 'speech probability', perStep: 1, data: Float32Array.from(loud, v => 1 / (1 + Math.exp(-12 * (v - 0.3)))) }],
  };
}

interface Plan { readonly cell: string; readonly units: number; readonly levels: number; readonly both: boolean; readonly sequence: Sequence; readonly invented: boolean; readonly name: string }

function network({ cell: id, units, levels, both, sequence, invented, name }: Plan): { readonly network: Network; readonly parameters: readonly number[] } {
  const cell = cellById(id);
  const sizes = Array.from({ length: levels }, (_, k) => (k === 0 ? sequence.width : units * (both ? 2 : 1)));
  const layer = (inputSize: number, direction: 'forward' | 'reverse', seed: number) => {
    const params = initialise(cell, inputSize, units, 'pytorch', seed);
    return { cell, inputSize, units, direction, params: invented ? params : lively(params, seed) };
  };
  return {
    network: { name, levels: sizes.map((inputSize, k) => ({ name: k === 0 ? name : `${name}.l${k}`, merge: both ? 'concat' : 'none', directions: [layer(inputSize, 'forward', 7 + k), ...(both ? [layer(inputSize, 'reverse', 70 + k)] : [])] })) },
    parameters: sizes.map(inputSize => parameterCount(cell, inputSize, units) * (both ? 2 : 1)),
  };
}

const PLANS: Readonly<Record<string, () => Plan>> = {
  char: () => ({ cell: 'lstm', units: 48, levels: 1, both: false, sequence: characters(TEXT), invented: false, name: 'lstm' }),
  compare: () => ({ cell: 'lstm', units: 48, levels: 1, both: false, sequence: characters(TEXT), invented: false, name: 'lstm' }),
  pair: () => ({ cell: 'lstm', units: 48, levels: 1, both: false, sequence: characters(TEXT), invented: false, name: 'lstm' }),
  random: () => ({ cell: 'lstm', units: 48, levels: 1, both: false, sequence: characters(TEXT), invented: true, name: 'lstm' }),
  gru: () => ({ cell: 'gru', units: 32, levels: 1, both: false, sequence: weather(1461), invented: false, name: 'gru' }),
  rnn: () => ({ cell: 'rnn', units: 125, levels: 1, both: false, sequence: characters(TEXT), invented: false, name: 'rnn' }),
  stack: () => ({ cell: 'lstm', units: 24, levels: 2, both: true, sequence: characters(TEXT), invented: false, name: 'encoder' }),
  speech: () => ({ cell: 'lstm', units: 32, levels: 1, both: false, sequence: speech(320), invented: false, name: 'LSTM_17' }),
  peephole: () => ({ cell: 'lstmPeephole', units: 24, levels: 1, both: false, sequence: characters(TEXT), invented: false, name: 'peephole' }),
  resetBefore: () => ({ cell: 'gruResetBefore', units: 32, levels: 1, both: false, sequence: weather(1461), invented: false, name: 'gru' }),
  janet: () => ({ cell: 'janet', units: 24, levels: 1, both: false, sequence: characters(TEXT), invented: false, name: 'janet' }),
  layerNorm: () => ({ cell: 'lstmLayerNorm', units: 24, levels: 1, both: false, sequence: characters(TEXT), invented: false, name: 'norm' }),
  evil: () => ({ cell: 'lstm', units: 6, levels: 2, both: false, sequence: { ...characters(TEXT), description: '<b>x</b>.txt' }, invented: false, name: '<img src=x onerror=window.hacked=1>](command:evil)$(zap)' }),
};

/** What the network gives, off by a rounding here and there, as another runtime would have it. */
function almost(made: Network, sequence: Sequence): Float32Array {
  const trace = atOnce(running(made, wholeOf(sequence), sequence.steps, { record: ['h'] }));
  return Float32Array.from(trace.levels.at(-1)!.directions[0]!.signals['h']!, (v, k) => v + (k % 7 === 0 ? 3e-7 : 0));
}

/** The text as a sequence a line, of which one is shown. */
export function lineOf(at: number): Subject | undefined {
  const subject = subjectOf('char'), lines = TEXT.split('\n').filter(line => line !== '');
  if (subject?.content.kind !== 'run') return undefined;
  const others = lines.map(line => ({ sequence: characters(line, TEXT), whole: true }));
  const pieces = lines.map(line => ({ name: line.trim(), steps: line.length }));
  return { ...subject, reference: 'test:lines', sequences: { pieces, at, all: false, courses: others.length }, content: { ...subject.content, sequence: characters(lines[at] ?? '', TEXT), others } };
}

/** Subjects that stand beside the one of this name. */
export function besidesOf(name: string): Subject[] {
  const others = { compare: ['gru', 'rnn'], pair: ['lstm'] }[name] ?? [];
  return others.flatMap(cell => {
    const units = { gru: 55, rnn: 107, lstm: 48 }[cell] ?? 48;
    const made = network({ cell, units, levels: 1, both: false, sequence: characters(TEXT), invented: false, name: cell });
    if (name === 'pair') made.network.levels[0]?.directions[0]?.params['bf']?.data.set([3], 5);
    const subject = subjectOf('char');
    if (subject?.content.kind !== 'run') return [];
    return [{ ...subject, ...TRAINED(cell === 'gru' ? 0.701 : 0.823), model: name === 'pair' ? 'later.safetensors' : cell.toUpperCase(), weights: { description: name === 'pair' ? 'later.safetensors' : `${cell}.safetensors` }, content: { ...subject.content, network: made.network, parameters: made.parameters } }];
  });
}

const TRAINED = (bitsPerCharacter: number) => ({ training: { updates: 3000, seed: 1, bitsPerCharacter, optimiser: 'Adam, learning rate 0.003', initialisation: 'PyTorch\'s own', batch: '32 windows of 160 characters' } });

/** A subject by name; undefined for names that are no runs. */
export function subjectOf(name: string): Subject | undefined {
  if (name === 'lines') return lineOf(1);
  const plan = PLANS[name]?.();
  if (!plan) return undefined;
  const made = network(plan);
  const expected = name === 'speech' ? { expected: { runtime: 'ONNX Runtime 1.30', output: almost(made.network, plan.sequence) } } : {};
  if (name === 'evil') made.network.levels[0]?.directions[0]?.params['bf']?.data.fill(NaN, 2, 3);
  return {
    reference: `test:${name}`, model: name === 'evil' ? plan.name : name === 'gru' ? 'weather_gru' : 'char_lstm', canReveal: true,
    weights: plan.invented ? { description: 'random', invented: { words: 'random, PyTorch default init, seed 7', seed: 7 } } : { description: `${name}.safetensors` },
    notes: name === 'stack' ? [{ severity: 'info', text: 'Assumed: the vocabulary is the characters of the text, sorted.', actions: [{ id: 'edit:vocabulary', label: 'Choose a vocabulary…' }] }] : [],
    ...(name === 'compare' ? { ...TRAINED(0.724), view: 'compare' } : {}),
    content: { kind: 'run', network: made.network, sequence: plan.sequence, parameters: made.parameters, seed: 1, ...expected },
  };
}

/** 512 units over 10,000 steps, numbers made on the spot. */
export const BIG = { units: 512, steps: 10_000 } as const;

export function bigScene(): Scene {
  const stats = (kind: string) => ({ mean: kind === 'gate' ? 0.5 : 0, min: kind === 'gate' ? 0 : -1, max: 1, p98: 0.95, saturated: 0.3 });
  const rows = [['i', 'input gate', 'gate'], ['f', 'forget gate', 'gate'], ['g', 'candidate', 'candidate'], ['o', 'output gate', 'gate'], ['c', 'cell state', 'state'], ['h', 'hidden state', 'state']] as const;
  return {
    revision: 1, reference: 'test:big', model: 'big', steps: BIG.steps, canReveal: false, surprise: false, curves: [], tracks: [], notes: [],
    levels: [{ name: 'lstm', cell: 'LSTM', variant: '', inputSize: 128, units: BIG.units, parameters: 4 * 512 * 641, directions: [{ direction: 'forward', signals: rows.map(([name, label, kind]) => ({ name, label, kind, hue: name, equation: '', units: BIG.units, stats: stats(kind) })) }] }],
    input: { description: 'signal.csv', axis: 'steps' }, weights: { description: 'big.safetensors' },
  };
}
