/** Which of a model's inputs is the recording, which are states that it gives back, and which stay the same. */
import type { Graph } from '../../formats/onnx/model';
import { scopeOf, scopesWithin, type Scope } from '../../formats/onnx/scope';
import { isRecurrent } from '../../formats/onnx/chain';
import type { ModelInput } from '../upstream';
import { inputsBehind, movedFrom, type Origin } from './follow';
import type { Signature, Typed } from './signature';

/** A state goes in as `input` and comes out as `output`. */
export interface Carried { readonly input: string; readonly output: string; readonly why: string }

export interface Roles { readonly inputs: readonly ModelInput[]; readonly states: readonly Carried[] }

/** `x` is the input of the layer, seen from `scope`. */
export function rolesOf(graph: Graph, signature: Signature, x: string, scope: Scope): Roles {
  const inputs = signature.inputs.filter(i => !graph.initializers.has(i.name));
  const states = carriedIn(graph, inputs, signature.outputs);
  const others = inputs.filter(i => !states.some(s => s.input === i.name));
  const sequence = recorded(others, inputsBehind(x, scope));
  const roleOf = (i: Typed): ModelInput['role'] => (i === sequence ? 'sequence' : others.includes(i) ? 'constant' : 'state');
  return { states, inputs: inputs.map(i => ({ name: i.name, dtype: i.type, shape: i.shape ?? [], role: roleOf(i) })) };
}

/** The first input of more than one number that the layer depends on. */
function recorded(inputs: readonly Typed[], behind: ReadonlySet<string>): Typed | undefined {
  const many = inputs.filter(i => i.shape === undefined || i.shape.some(n => n !== 1)).filter(i => i.type !== 'bool' && !isLength(i) && !isRate(i));
  return many.find(i => behind.has(i.name)) ?? many[0] ?? inputs.find(i => behind.has(i.name) && /float/.test(i.type));
}

/** True for an input that says how many samples a second there are. */
export const isRate = ({ name, shape }: Pick<Typed, 'name' | 'shape'>): boolean =>
  /^(sr|fs|rate|sampl(e|ing)_?rate)$/i.test(name) && (shape ?? []).every(n => n === 1 || typeof n !== 'number');

/** True for an input that says how long sequences are. */
export const isLength = ({ name, type, shape }: Typed): boolean =>
  /int/.test(type) && /len|num_(steps|frames)/i.test(name) && (shape ?? []).length <= 1;

function carriedIn(graph: Graph, inputs: readonly Typed[], outputs: readonly Typed[]): readonly Carried[] {
  const feeds = throughLayers(graph);
  const free = new Set(outputs);
  const states: Carried[] = [];
  for (const input of inputs.filter(i => /float/.test(i.type) && (i.shape?.length ?? 1) > 0)) {
    const fitting = [...free].filter(o => o.type === input.type && agree(input, o));
    const [named, followed] = [fitting.find(o => alike(input.name, o.name)), fitting.find(o => feeds(input.name, o.name))];
    const output = followed && (!named || !feeds(input.name, named.name)) ? followed : named;
    if (!output) continue;
    free.delete(output);
    states.push({ input: input.name, output: output.name, why: feeds(input.name, output.name) ? 'the graph says so' : 'by their names and shapes' });
  }
  return states;
}

/** Where the standard has the initial states of a recurrent node, and where the last ones come out: h, then c. */
const STATES = [{ place: 5, output: 1 }, { place: 6, output: 2 }];

/** True where an input begins a recurrent layer whose last state is the output. */
function throughLayers(graph: Graph): (input: string, output: string) => boolean {
  const top = scopeOf(graph);
  const begun = [...scopesWithin(top)].flatMap(scope => scope.graph.nodes.filter(isRecurrent).flatMap(node => STATES.map(({ place, output }) =>
    ({ node: node.from, output, from: node.inputs[place] ? movedFrom(node.inputs[place], scope) : [] }))));
  const ended = new Map(graph.outputs.map(name => [name, movedFrom(name, top)] as const));
  const isInput = (input: string) => (o: Origin): boolean => o.kind === 'input' && o.name === input;
  return (input, output) => begun.some(b => b.from.some(isInput(input))
    && ended.get(output)?.some(o => o.kind === 'recurrent' && o.node.from === b.node && o.output === b.output));
}

/** Shapes of as many dimensions, none of which are two different numbers. */
function agree({ shape: a }: Typed, { shape: b }: Typed): boolean {
  if (!a || !b) return true;
  return a.length === b.length && a.every((n, k) => typeof n !== 'number' || typeof b[k] !== 'number' || n === b[k]);
}

/** `state` and `stateN`, `h0` and `hn`, `hidden_in` and `hidden_out`, `cache` and `new_cache`. */
function alike(input: string, output: string): boolean {
  const [a, b] = [stem(input), stem(output)];
  return a !== '' && a === b && input !== output;
}

const affix = '(in|out|input|output|new|next|prev|previous|old|initial|init|final|last|0|1|n|N|t)';
const stem = (name: string): string => {
  const plain = name.replace(new RegExp(`^(${affix}[_./-])+`), '').replace(new RegExp(`([_./-]${affix})+$`), '');
  return (/^[a-z]{1,2}[0nt]$/.test(plain) ? plain.slice(0, -1) : plain.replace(/(?<=[a-z]{2})(N|0|1|In|Out)$/, '')).toLowerCase();
};
