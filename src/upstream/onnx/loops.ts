/** A Loop or Scan around a recurrent node, run iteration by iteration: its body is a model of its own, whose values are carried by hand. */
import { FormatError } from '../../formats/format';
import { FORMAT } from '../../formats/onnx/model';
import type { Value, Values } from '../upstream';
import type { Cut } from './cut';
import { inputOf, intAttribute, intsAttribute, type Draft, type DraftGraph, type DraftNode } from './draft';
import { freeNames } from './names';
import { Reacher, type Find, type Moment, type Workshop } from './reacher';
import { typedOf } from './signature';
import { own, scalarOf, sliceOf, typeNumber, valueOf } from './values';

/** A loop that can be run as often as the graph around it. */
export interface Loop {
  /** `find` gives values of the graph around; what comes back is in the order of iterations. */
  run(find: Find): Promise<readonly Moment[]>;
  dispose(): void;
}

const MOST_ITERATIONS = 1_000_000;

/** The loop at `node` of a cut graph. */
export function loopOf(node: DraftNode, cut: Cut, shop: Workshop, targets: ReadonlySet<number>): Loop {
  const body = node.bodies.find(b => b.attribute === 'body')?.graph;
  if (!body) throw new FormatError(FORMAT, `a ${node.op} around the layer has no body`);
  const held = new Map(cut.graph.initializers.map(i => [i.name, i]));
  const outside = [...freeNames(body)];
  const captured = outside.filter(name => !held.has(name));
  let reacher: Reacher | undefined;
  const step = (inputs: readonly Value[], around: Values): ReturnType<Reacher['run']> => {
    const feeds = { ...around, ...Object.fromEntries(body.inputs.map((input, k) => [input.name, inputs[k]!])) };
    reacher ??= new Reacher(shop, bodyModel(cut.model, body, feeds, outside.flatMap(name => held.get(name) ?? [])), targets, body.outputs.map(o => o.name));
    return reacher.run(feeds);
  };
  return {
    async run(find) {
      const around = Object.fromEntries(captured.map(name => [name, find(name) ?? absent(name)]));
      return (node.op === 'Scan' ? scan : loop)(node, body, find, inputs => step(inputs, around));
    },
    dispose: () => reacher?.dispose(),
  };
}

/** The body with all that it reads from outside: tensors as they are, values as inputs of the types they have. */
function bodyModel({ rest }: Draft, body: DraftGraph, feeds: Values, held: DraftGraph['initializers']): Draft {
  return { rest, graph: { ...body, initializers: [...body.initializers, ...held], inputs: Object.entries(feeds).map(([name, { type }]) => inputOf(name, typeNumber(type))) } };
}

type Step = (inputs: readonly Value[]) => ReturnType<Reacher['run']>;

/** Inputs M, condition, carried; the body's: iteration, condition, carried; its outputs: condition, carried, collected. */
async function loop({ inputs }: DraftNode, body: DraftGraph, find: Find, step: Step): Promise<readonly Moment[]> {
  const [trips, first, ...initial] = inputs.map(name => (name === '' ? undefined : find(name) ?? absent(name)));
  const most = trips ? scalarOf(trips) : Infinity;
  const moments: Moment[] = [];
  let carried = initial.map(value => value ?? absent('an initial value'));
  let on = first ? scalarOf(first) !== 0 : true;
  for (let k = 0; on && k < most; k++) {
    if (k >= MOST_ITERATIONS) throw new FormatError(FORMAT, `a Loop around the layer runs more than ${MOST_ITERATIONS} times`);
    const done = await step([likeInput('int64', k, body, 0), likeInput('bool', 1, body, 1), ...carried]);
    moments.push(...done.moments);
    const [condition, ...next] = body.outputs.map(o => own(done.results, o.name) ?? absent(o.name));
    on = scalarOf(condition ?? absent('the condition')) !== 0;
    carried = next.slice(0, carried.length);
  }
  return moments;
}

/** A counter or condition: some bodies take it as a list of one. */
function likeInput(type: string, value: number, body: DraftGraph, place: number): Value {
  const raw = body.inputs[place]?.raw;
  return valueOf(type, raw && typedOf(raw).shape?.length === 1 ? [1] : [], [value]);
}

/** Inputs states, sequences; the body's: states, one element of each sequence; its outputs: states, collected. */
async function scan(node: DraftNode, body: DraftGraph, find: Find, step: Step): Promise<readonly Moment[]> {
  const given = node.inputs.map(name => find(name) ?? absent(name));
  const count = intAttribute(node, 'num_scan_inputs') ?? 0;
  const sequences = given.slice(given.length - count);
  const [axes, ways] = [intsAttribute(node, 'scan_input_axes'), intsAttribute(node, 'scan_input_directions')];
  const axisOf = (k: number): number => { const axis = axes[k] ?? 0; return axis < 0 ? axis + (sequences[k]?.dims.length ?? 0) : axis; };
  const steps = sequences[0]?.dims[axisOf(0)] ?? 0;
  const moments: Moment[] = [];
  let states = given.slice(0, given.length - count);
  for (let t = 0; t < steps; t++) {
    const elements = sequences.map((value, k) => sliceOf(value, axisOf(k), ways[k] === 1 ? steps - 1 - t : t));
    const done = await step([...states, ...elements]);
    moments.push(...done.moments);
    states = body.outputs.slice(0, states.length).map(o => own(done.results, o.name) ?? absent(o.name));
  }
  return moments;
}

function absent(name: string): never {
  throw new FormatError(FORMAT, `a loop around the layer reads "${name}", which the runtime did not give`);
}
