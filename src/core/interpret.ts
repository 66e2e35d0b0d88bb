/** The reference: one step of a program in float64, node after node, as plain as the paper. Slow, and trusted. */
import { binaryFunctions, unaryFunctions } from './elementwise';
import type { Node, Program } from './program';
import type { Sizes } from './sizes';

export type Numbers = Float64Array | Float32Array;

/** Parameter values by name, matrices rows first. */
export type Values = Readonly<Record<string, Numbers>>;

export interface StepResult {
  /** Every signal; a state's new value under its name. */
  readonly signals: Record<string, Float64Array>;
  readonly states: Record<string, Float64Array>;
  /** Every node, by id. */
  readonly nodes: readonly Float64Array[];
}

/**
 * One step. `x` is [size of x]; absent states are zero. For a backward program `x` is the gradient that arrives at the output from
 * outside, and `saved` the nodes of the forward program at the same step.
 */
export function step(program: Program, sizes: Sizes, params: Values, x: Numbers, states: Values = {}, saved: readonly Numbers[] = []): StepResult {
  const nodes: Float64Array[] = [];
  for (const node of program.nodes) nodes.push(valueOf(node, nodes, { sizes, params, x, states, saved }));
  const pick = (list: readonly { name: string; id: number }[]): Record<string, Float64Array> =>
    Object.fromEntries(list.map(({ name, id }) => [name, nodes[id]!]));
  return {
    signals: pick(program.signals.map(s => ({ name: s.name, id: s.node }))),
    states: pick(program.states.map(s => ({ name: s.name, id: s.next }))),
    nodes,
  };
}

interface Surroundings {
  readonly sizes: Sizes;
  readonly params: Values;
  readonly x: Numbers;
  readonly states: Values;
  readonly saved: readonly Numbers[];
}

function valueOf(node: Node, nodes: readonly Float64Array[], { sizes, params, x, states, saved }: Surroundings): Float64Array {
  const size = sizes[node.size]!;
  switch (node.op) {
    case 'number': return Float64Array.of(node.value);
    case 'size': return Float64Array.of(sizes[node.of]!);
    case 'spread': return new Float64Array(size).fill(nodes[node.a]![0]!);
    case 'sum': return Float64Array.of(nodes[node.a]!.reduce((s, v) => s + v, 0));
    case 'input': return Float64Array.from(x);
    case 'parameter': return Float64Array.from(params[node.name]!);
    case 'state': return Float64Array.from(states[node.name] ?? new Float64Array(size));
    case 'saved': return Float64Array.from(saved[node.node]!);
    case 'copy': return nodes[node.a]!.slice();
    case 'product': return product(params[node.matrix]!, node.transposed, nodes[node.a]!, size);
    default: {
      const a = nodes[node.a]!;
      if (!('b' in node)) return a.map(unaryFunctions[node.op]);
      const b = nodes[node.b]!;
      const f = binaryFunctions[node.op];
      return a.map((v, k) => f(v, b[k]!));
    }
  }
}

/** W v, or Wᵀ v. */
function product(w: Numbers, transposed: boolean, v: Float64Array, size: number): Float64Array {
  const [down, across] = transposed ? [1, size] : [v.length, 1];
  return new Float64Array(size).map((_, row) => {
    let sum = 0;
    for (let k = 0; k < v.length; k++) sum += w[row * down + k * across]! * v[k]!;
    return sum;
  });
}
