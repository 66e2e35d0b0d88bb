/** The ONNX standard's own node tests through our reader and engine. Their weights are constants: necessary, never sufficient. */
import { readdirSync, readFileSync } from 'node:fs';
import { running, type EvaluatorName, type NetworkTrace } from '../../src/core/engine';
import { memory } from '../../src/formats/memory';
import { openOnnx } from '../../src/formats/onnx';
import { floats, ints32, Model, type GraphMessage, type TensorMessage } from '../formats/onnxSchema';
import { finished } from './case';
import { forwardRow, type Row } from './row';

interface Tensor { readonly shape: readonly number[]; readonly type: 'float32' | 'int32'; readonly data: readonly number[] }

/** One test of one release, inputs and expected outputs decoded. */
export interface NodeTest {
  readonly name: string;
  /** The release of the standard. */
  readonly version: string;
  /** Base64. */
  readonly model: string;
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

const FOLDER = 'test/fixtures/onnx_nodes';

/** All tests of all releases that are kept. */
export function nodeTests(): readonly NodeTest[] {
  return readdirSync(FOLDER).sort().flatMap(file => {
    const { cases } = JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as { cases: readonly Omit<NodeTest, 'version'>[] };
    return cases.map(c => ({ ...c, version: file.replace(/\.json$/, '') }));
  });
}

/** A row for every output and sequence of the batch. */
export async function nodeTestRows(test: NodeTest, evaluator: EvaluatorName): Promise<Row[]> {
  const model = Model.toObject(Model.decode(Buffer.from(test.model, 'base64')), { longs: Number }) as { graph: GraphMessage };
  const node = model.graph.node[0]!;
  const batchFirst = (node.attribute ?? []).some(a => a.name === 'layout' && a['i'] === 1);
  const x = test.inputs[node.input[0]!]!;
  const rows: Row[] = [];
  for (let b = 0; b < x.shape[batchFirst ? 0 : 1]!; b++) {
    const steps = x.shape[batchFirst ? 1 : 0]!;
    const trace = await run(model, test, b, batchFirst, steps, evaluator);
    for (const [place, name] of node.output.entries()) {
      const output = test.outputs[name];
      if (!output) continue;
      const expected = { values: sequence(output, AXES[place]![batchFirst ? 1 : 0], b).data, rows: 1, truth: 'float32', peer: null } as const;
      const about = { framework: 'ONNX node tests', cell: node.op_type, variant: `${test.name} (${test.version})`, steps, evaluator, arithmetic: trace.arithmetic };
      rows.push(forwardRow(about, `${['Y', 'Y_h', 'Y_c'][place]} of sequence ${b}`, found(trace, place), expected));
    }
  }
  return rows;
}

/** The batch's axis of Y, Y_h, Y_c with layout 0 and 1. */
const AXES = [[2, 0], [1, 0], [1, 0]] as const;

async function run(model: { graph: GraphMessage }, test: NodeTest, b: number, batchFirst: boolean, steps: number, evaluator: EvaluatorName): Promise<NetworkTrace> {
  const [x = '', ...others] = model.graph.node[0]!.input;
  // The tests feed weights when they run; a file to be read has them as initializers. Our engine's cell is one sequence of the batch.
  const initializer = others.flatMap((name, k) => test.inputs[name] ? [written(name, ofSequence(test.inputs[name], k + 1, b, batchFirst))] : []);
  const bytes = Model.encode(Model.fromObject({ ...model, graph: { ...model.graph, initializer } })).finish();
  const level = await (await openOnnx(memory(`${test.name}.onnx`, bytes))).stacks[0]!.levels[0]!.load();
  const input = Float32Array.from(sequence(test.inputs[x]!, batchFirst ? 0 : 1, b).data);
  const options = { piece: Infinity, evaluator };
  return finished(running({ name: test.name, levels: [level] }, input, steps, options));
}

/** Inputs by place: sequence_lens is 4, initial_h 5, initial_c 6; the rest has no batch. */
function ofSequence(tensor: Tensor, place: number, b: number, batchFirst: boolean): Tensor {
  if (place === 4) return sequence(tensor, 0, b);
  return place === 5 || place === 6 ? sequence(tensor, batchFirst ? 0 : 1, b) : tensor;
}

function written(name: string, { shape, type, data }: Tensor): TensorMessage {
  return type === 'int32' ? ints32(name, data) : floats(name, [...shape], Float32Array.from(data));
}

function found({ levels }: NetworkTrace, place: number): Float32Array | number[] {
  const { output, directions } = levels[0]!;
  return place === 0 ? output : directions.flatMap(d => [...d.final[place === 1 ? 'h' : 'c']!]);
}

/** Entry b of an axis, which stays with length 1. */
function sequence({ shape, type, data }: Tensor, axis: number, b: number): Tensor {
  const inner = shape.slice(axis + 1).reduce((n, k) => n * k, 1);
  const length = shape[axis]!;
  return { type, shape: shape.map((n, k) => k === axis ? 1 : n), data: data.filter((_, k) => Math.floor(k / inner) % length === b) };
}
