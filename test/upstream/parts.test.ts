import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { memory } from '../../src/formats/index';
import { readModel, type Graph } from '../../src/formats/onnx/model';
import { half } from '../../src/formats/parts/numbers';
import { scopeOf } from '../../src/formats/onnx/scope';
import { axesOf } from '../../src/upstream/onnx/axes';
import { draftOf, encodeDraft, type DraftGraph } from '../../src/upstream/onnx/draft';
import { definedIn, freeNames, renamedGraph } from '../../src/upstream/onnx/names';
import { rolesOf } from '../../src/upstream/onnx/roles';
import { sliceOf, toHalf, valueOf } from '../../src/upstream/onnx/values';
import { FOLDER } from './reach';

describe('upstream: a model as a draft', () => {
  const files = readdirSync(FOLDER).filter(f => f.endsWith('.onnx'));
  const rawNodes = (graph: DraftGraph): DraftGraph => ({ ...graph, nodes: graph.nodes.map(({ raw: _, ...node }) => ({ ...node, bodies: node.bodies.map(b => ({ ...b, graph: rawNodes(b.graph) })) })) });
  const plain = (graph: Graph): unknown => ({
    inputs: graph.inputs, outputs: graph.outputs, initializers: [...graph.initializers.keys()],
    nodes: graph.nodes.map(n => [n.op, n.domain, n.inputs, n.outputs, [...n.attributes.values()].map(a => [a.name, a.int, a.float, a.ints, a.text, a.graph && plain(a.graph)]).sort()]),
  });

  for (const file of files) it(`says the same when written again, node by node: ${file}`, async () => {
    const raw = readFileSync(`${FOLDER}/${file}`);
    const draft = draftOf(raw);
    const again = encodeDraft({ ...draft, graph: rawNodes(draft.graph) });
    assert.notDeepEqual(again, new Uint8Array(0));
    const [before, after] = [await readModel(memory(file, raw)), await readModel(memory(file, again))];
    assert.deepEqual(plain(after.graph), plain(before.graph));
    assert.deepEqual(after.metadata, before.metadata);
    assert.deepEqual(draft.graph.nodes.map(n => n.origin), before.graph.nodes.map(n => n.from));
  });

  it('changes names where they are meant, and not where a body hides them', () => {
    const { graph } = draftOf(readFileSync(`${FOLDER}/branches.onnx`));
    const renamed = renamedGraph(graph, new Map([['frames3', 'F'], ['t', 'T'], ['W', 'V']]));
    const outer = renamed.nodes.find(n => n.op === 'If')!;
    const then = outer.bodies.find(b => b.attribute === 'then_branch')!.graph;
    assert.ok(definedIn(renamed).has('F') && definedIn(renamed).has('V') && !definedIn(renamed).has('frames3'));
    assert.ok(freeNames(then).has('F') && freeNames(then).has('V') && !freeNames(then).has('frames3'));
    assert.ok(definedIn(then).has('t'), 'a name of the body\'s own stays');
    assert.deepEqual(then.nodes.find(n => n.op === 'LSTM')!.inputs.slice(0, 3), ['t', 'V', 'R']);
  });
});

describe('upstream: axes of an input', () => {
  type Shape = readonly (number | string | null)[];
  const cases: readonly [Shape, number, boolean, number | undefined, number | undefined, readonly number[]][] = [
    // shape, width, stateful; time, feature, lengths of axes (0: time)
    [[1, 'time', 40], 40, false, 1, 2, [1, 0, 40]],
    [['time', 1, 40], 40, false, 0, 2, [0, 1, 40]],
    [['batch', 40, null], 40, false, 2, 1, [1, 40, 0]],
    [[null, null, 40], 40, false, 1, 2, [1, 0, 40]],
    [['T', 'N', 40], 40, false, 0, 2, [0, 1, 40]],
    [[null, 40], 40, false, 0, 1, [0, 40]],
    [[1, 40], 40, true, undefined, 1, [1, 40]],
    [[1, 1, 40], 40, true, undefined, 2, [1, 1, 40]],
    [[3, 1, 40], 40, true, 0, 2, [0, 1, 40]],
    [[null, null], 1, true, 1, undefined, [1, 0]],
    [['batch', 'sequence'], 1, true, 1, undefined, [1, 0]],
    [[null], 1, false, 0, undefined, [0]],
    [[1, 1, 512], 1, true, 2, 1, [1, 1, 0]],
    [[null, null, 1], 1, false, 1, 2, [1, 0, 1]],
    [[null, 1], 1, false, 0, 1, [0, 1]],
    [[], 40, false, 1, 2, [1, 0, 40]],
    [[], 1, false, 1, undefined, [1, 0]],
  ];
  for (const [shape, width, stateful, time, feature, dims] of cases) it(`[${shape.map(n => n ?? '?').join(', ')}] with ${width} numbers a step${stateful ? ', states carried' : ''}`, () => {
    const axes = axesOf({ name: 'x', dtype: 'float32', role: 'sequence', shape }, width, stateful);
    assert.deepEqual([axes.time, axes.feature, axes.dims], [time, feature, dims]);
  });
});

describe('upstream: states by their names', () => {
  const pairs: readonly [string, string, boolean][] = [
    ['state', 'stateN', true], ['h', 'hn', true], ['h0', 'hn', true], ['c0', 'cn', true], ['hidden_in', 'hidden_out', true], ['cache', 'new_cache', true],
    ['in_cache0', 'out_cache0', true], ['h', 'cn', false], ['state', 'score', false], ['a', 'b', false], ['in', 'out', false],
  ];
  for (const [input, output, expected] of pairs) it(`${input} and ${output}: ${expected ? 'carried' : 'not'}`, () => {
    const shape = [1, 'n', 4];
    const graph: Graph = { name: '', nodes: [], initializers: new Map(), inputs: ['x', input], outputs: [output] };
    const { states } = rolesOf(graph, { inputs: [{ name: 'x', type: 'float32', shape: [null, 3] }, { name: input, type: 'float32', shape }], outputs: [{ name: output, type: 'float32', shape: [1, null, 4] }] }, 'x', scopeOf(graph));
    assert.deepEqual(states.map(s => [s.input, s.output]), expected ? [[input, output]] : []);
  });
});

describe('upstream: values', () => {
  it('half floats as IEEE rounds them', () => {
    for (let bits = 0; bits < 0x7c00; bits++) assert.equal(toHalf(half(bits)), bits);
    for (const [value, bits] of [[-2, 0xc000], [65504, 0x7bff], [65520, 0x7c00], [-Infinity, 0xfc00], [1 + 2 ** -11, 0x3c00], [1 + 3 * 2 ** -11, 0x3c02], [2 ** -25, 0], [0.99999, 0x3c00]] as const) assert.equal(toHalf(value), bits, String(value));
    assert.ok(Number.isNaN(half(toHalf(NaN))));
  });

  it('a slice along any axis', () => {
    const cube = valueOf('int64', [2, 3, 2], Float32Array.from({ length: 12 }, (_, k) => k));
    const numbers = (axis: number, index: number): number[] => [...sliceOf(cube, axis, index).data].map(Number);
    assert.deepEqual(numbers(0, 1), [6, 7, 8, 9, 10, 11]);
    assert.deepEqual(numbers(1, 2), [4, 5, 10, 11]);
    assert.deepEqual(numbers(2, 0), [0, 2, 4, 6, 8, 10]);
    assert.deepEqual(sliceOf(cube, 1, 0).dims, [2, 2]);
  });

  it('says what does not fit', () => {
    assert.throws(() => valueOf('float32', [2, 2], [1]), /shape \[2, 2\] should have 4 numbers, but 1/);
    assert.throws(() => valueOf('string', [1], [1]), /type string cannot be given/);
  });
});
