/** Runs a model over a whole recording and gathers what reached one stack of its recurrent layers. */
import { Cancelled } from '../../core/pace';
import { saying } from '../../core/said';
import { FormatError, type Bytes } from '../../formats/format';
import { FORMAT } from '../../formats/onnx/model';
import { isBeside } from '../../formats/onnx/tensor';
import { printable, readExactly } from '../../formats/parts/checked';
import type { Given, ModelInput, Reached, Runtimes, UpstreamOptions, Value, Values } from '../upstream';
import { said } from './axes';
import { draftOf } from './draft';
import type { Family } from './families';
import { piecesOf } from './pieces';
import { Reacher, type Workshop } from './reacher';
import { isLength, isRate, type Carried } from './roles';
import { longestRun, segmentsOf, statesBefore, type Place, type Segment } from './segments';
import { outputTracks, waveform, type Fed } from './tracks';
import { canMake, countOf, own, valueOf } from './values';

/** What is known of the model before it runs. */
export interface Plan {
  readonly stack: string;
  readonly inputs: readonly ModelInput[];
  readonly states: readonly Carried[];
  readonly outputs: readonly string[];
  readonly family: Family | undefined;
  /** The stack's nodes, input first. */
  readonly places: readonly Place[];
  /** What recurrent nodes are called, by their byte offsets. */
  readonly names: ReadonlyMap<number, string>;
  /** Files beside the model that hold tensors. */
  readonly external: readonly string[];
  /** The first of the places in which a runtime rounds to 8 bits what goes into products. */
  readonly roundedFrom?: number;
}

/** The execution does not come by the layer that was asked for. */
export class NotReached extends FormatError {
  /** `reached`: names of the recurrent layers that it comes by. */
  constructor(layer: string, readonly reached: readonly string[]) {
    const by = reached.length > 0 ? reached.map(printable).join(', ') : 'no recurrent layer';
    super(FORMAT, `with this input the model takes branches in which ${printable(layer)} does not stand. It comes by ${by}`);
    this.name = 'NotReached';
  }
}

/** Pieces after which a layer that stands in no branch taken so far is given up, where others do. */
const PATIENCE = 8;

/** WebAssembly addresses 4 GB, and a model lies there more than once while it is read. */
const MOST_BYTES = 1.5 * 2 ** 30;

/** @throws FormatError, NotReached */
export async function runRecording(bytes: Bytes, plan: Plan, given: Given, runtimes: Runtimes, { progress, signal }: UpstreamOptions): Promise<Reached> {
  const input = plan.inputs.find(i => i.role === 'sequence');
  if (!input) throw noRecording(plan.inputs);
  const pieces = piecesOf(input, plan.inputs, given, plan.family, plan.states.length > 0);
  const stop = (): void => { if (signal?.aborted) throw new Cancelled(); };
  progress?.({ done: 0, what: saying('Reading the model') });
  const { model, files } = await contents(bytes, plan.external);
  const shop: Workshop = { runtime: await runtimes(), files, stop };
  const reacher = new Reacher(shop, draftOf(model), new Set(plan.places.map(p => p.origin)), plan.outputs);
  const seen: Piece[] = [];
  const passed = new Set<number>();
  try {
    let states = firstStates(plan, given);
    for (let k = 0; k < pieces.count; k++) {
      const { from, to, value } = pieces.piece(k);
      const { results, moments, passed: own } = await reacher.run({ ...constants(plan, given, to - from), ...states, [input.name]: value });
      states = nextStates(plan, results, states);
      own.forEach(origin => passed.add(origin));
      seen.push({ from, to, outputs: results, segments: segmentsOf(moments, plan.places) });
      progress?.({ done: (k + 1) / pieces.count, what: saying('Running the model') });
      if (k + 1 === PATIENCE && passed.size > 0 && unseen(seen)) break;
    }
  } finally {
    reacher.dispose();
  }
  const by = [...passed].flatMap(origin => plan.names.get(origin) ?? []);
  if (unseen(seen)) throw new NotReached(plan.places[0]!.name, by);
  return { ...gathered(plan, given, seen, pieces.chunk, pieces.notes, shop.runtime.name), passed: by };
}

function noRecording(inputs: readonly ModelInput[]): FormatError {
  return new FormatError(FORMAT, `none of the model's inputs takes a recording: ${inputs.map(i => `"${printable(i.name)}" ${said(i.shape)}`).join(', ') || 'it has none'}`);
}

/** A piece of the recording and what was seen of it. */
interface Piece extends Omit<Fed, 'steps'> { readonly segments: readonly Segment[] }

const unseen = (pieces: readonly Piece[]): boolean => pieces.every(p => p.segments.length === 0);

async function contents(bytes: Bytes, external: readonly string[]): Promise<{ model: Uint8Array; files: Record<string, Uint8Array> }> {
  const files = Object.create(null) as Record<string, Uint8Array>;
  let size = bytes.size;
  const check = (): void => {
    const found = `${(size / 2 ** 30).toFixed(1)} GB; at most ${MOST_BYTES / 2 ** 30} GB can be run here`;
    if (size > MOST_BYTES) throw new FormatError(FORMAT, `the model takes ${found}. Give the layer's own input instead`);
  };
  check();
  for (const name of external) {
    const file = await fileBeside(bytes, name);
    size += file.size;
    check();
    files[name] = await readExactly(file, FORMAT, 'external data', 0, file.size);
  }
  return { model: await readExactly(bytes, FORMAT, 'the model', 0, bytes.size), files };
}

async function fileBeside(bytes: Bytes, name: string): Promise<Bytes> {
  const wrong = (what: string): FormatError => new FormatError(FORMAT, `tensors lie in "${printable(name)}", which cannot be ${what}`);
  if (!isBeside(name) || !bytes.sibling) throw wrong('reached from here');
  return bytes.sibling(name).catch((error: unknown) => { throw wrong(`opened: ${printable(error instanceof Error ? error.message : String(error))}`); });
}

/** Free dimensions are one, as those of a batch are. */
const ones = ({ shape }: ModelInput): number[] => shape.map(n => (typeof n === 'number' ? n : 1));

function firstStates({ inputs, states }: Plan, { values = {} }: Given): Values {
  return Object.fromEntries(states.map(({ input: name }) => {
    const input = inputs.find(i => i.name === name)!;
    const dims = ones(input);
    return [name, valueOf(input.dtype, dims, own(values, name) ?? new Float32Array(countOf(dims)))];
  }));
}

function nextStates({ states }: Plan, results: Values, before: Values): Values {
  return Object.fromEntries(states.map(({ input, output }) => [input, own(results, output) ?? before[input]!]));
}

function constants({ inputs }: Plan, { sequence, values = {} }: Given, steps: number): Values {
  return Object.fromEntries(inputs.filter(i => i.role === 'constant').flatMap(input => {
    const implied = isRate(input) ? sequence.rate : isLength({ ...input, type: input.dtype }) ? steps : undefined;
    const known = own(values, input.name) ?? (implied === undefined ? undefined : [implied]);
    return known === undefined || !canMake(input.dtype) ? [] : [[input.name, constant(input, known)] as [string, Value]];
  }));
}

/** A free dimension is as long as the numbers given need; one number fills what is fixed. */
function constant(input: ModelInput, numbers: readonly number[]): Value {
  const fixed = countOf(ones(input));
  const free = input.shape.findIndex(n => typeof n !== 'number');
  const dims = ones(input).map((n, k) => (k === free && numbers.length % fixed === 0 ? numbers.length / fixed : n));
  const count = countOf(dims);
  return valueOf(input.dtype, dims, numbers.length === 1 ? new Float64Array(count).fill(numbers[0]!) : numbers);
}

/** What a run over the longest stretch without a break needs. */
function gathered(plan: Plan, { sequence, values = {} }: Given, seen: readonly Piece[], chunk: number, notes: readonly string[], runtime: string): Reached {
  const all = seen.flatMap(piece => piece.segments.map(segment => ({ piece, segment })));
  const { from, to } = longestRun(all.map(a => a.segment), plan.places);
  const shown = all.slice(from, to);
  const segments = shown.map(s => s.segment);
  const fed = seen.flatMap(({ segments: own, ...piece }): (Fed & { readonly whole: boolean })[] => {
    const steps = own.filter(s => segments.includes(s)).reduce((sum, s) => sum + s.steps, 0);
    return steps > 0 ? [{ ...piece, steps, whole: own.every(s => segments.includes(s)) }] : [];
  });
  const steps = segments.reduce((sum, s) => sum + s.steps, 0);
  const last = plan.places.length - 1;
  const initial = statesBefore(segments[0]!);
  const aligned = fed.every(f => f.whole);
  const perPiece = fed[0] && aligned ? chunk / fed[0].steps : undefined;
  const first = fed[0]?.from ?? 0;
  const labels = perPiece === 1 || (seen.length === 1 && sequence.steps === steps) ? sequence.labels?.slice(first, first + steps) : undefined;
  const sound = aligned ? waveform(sequence, fed, chunk) : undefined;
  const outputs = plan.outputs.filter(name => !plan.states.some(s => s.output === name));
  return {
    steps, runtime, ...(plan.roundedFrom === undefined ? {} : { roundedFrom: plan.roundedFrom }),
    x: concatenated(segments.map(s => s.levels[0]!.x)),
    expected: concatenated(segments.map(s => s.levels[last]!.y)),
    expectedLevels: plan.places.map((_, k) => concatenated(segments.map(s => s.levels[k]!.y))),
    ...(initial ? { initial } : {}),
    tracks: aligned ? [...(sound ? [sound] : []), ...outputTracks(outputs, fed).map(t => ({ ...t, name: plan.family?.says[t.name] ?? t.name }))] : [],
    ...(sequence.rate !== undefined && perPiece !== undefined ? { secondsPerStep: perPiece / sequence.rate } : {}),
    ...(labels?.length === steps ? { labels } : {}),
    notes: [...notes, ...stateNotes(plan, values), ...breakNotes(all.map(a => a.segment), from, to, seen), ...batchNotes(segments), ...roundingNotes(plan)],
  };
}

function concatenated(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const out = new Float32Array(parts.reduce((sum, p) => sum + p.length, 0));
  parts.reduce((at, part) => { out.set(part, at); return at + part.length; }, 0);
  return out;
}

const stateNotes = ({ states }: Plan, values: NonNullable<Given['values']>): readonly string[] =>
  states.map(({ input, output, why }) => `The state "${printable(input)}" begins ${own(values, input) ? 'as given' : 'at zero'} and is carried on from "${printable(output)}" (${why}).`);

function breakNotes(all: readonly Segment[], from: number, to: number, seen: readonly Piece[]): readonly string[] {
  const steps = (list: readonly Segment[]): number => list.reduce((sum, s) => sum + s.steps, 0);
  const begin = steps(all.slice(0, from));
  const left = seen.filter(p => p.segments.length === 0).length;
  return [
    ...(to - from < all.length ? [
      `The model sets the layer's states anew at times: shown is the longest stretch without, steps ${begin} to ${begin + steps(all.slice(from, to))} of ${steps(all)}.`,
    ] : []),
    ...(left > 0 ? [`In ${left} of ${seen.length} pieces the model took another branch, in which the layer does not stand; they are left out.`] : []),
  ];
}

function roundingNotes({ places, roundedFrom }: Plan): readonly string[] {
  if (roundedFrom === undefined) return [];
  return [`ONNX Runtime rounds to 8 bits what goes into the products of "${printable(places[roundedFrom]!.name)}". The gates shown are computed without that rounding, so the two differ by about as much.`];
}

function batchNotes(segments: readonly Segment[]): readonly string[] {
  const batch = Math.max(...segments.flatMap(s => s.levels.map(l => l.batch)));
  return batch > 1 ? [`The layer runs over ${batch} sequences at once; shown is the first.`] : [];
}
