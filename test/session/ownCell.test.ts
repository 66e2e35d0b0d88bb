import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import type { Binding, Files } from '../../src/binding';
import { cellById, cells } from '../../src/core/cells/index';
import { functions, parse, print } from '../../src/core/equations';
import { parameterCount } from '../../src/core/parameters';
import { wholeOf } from '../../src/core/rows';
import { Problem } from '../../src/errors';
import { memory } from '../../src/formats/memory';
import { cellSubject, matchedSubject, ownCell } from '../../src/ownCell';
import { nameFault, namesIn, newCellText, offersOn, parameterFormula, readCell, wordsOn } from '../../src/ownCellText';
import type { Subject } from '../../src/session';
import { joined } from './joined';

const LSTM = cellById('lstm').equations;
const settings = { maximumSteps: 10000, seed: 7 };
const files = (contents: Readonly<Record<string, string>> = {}): Files => ({
  list: () => Promise.resolve(Object.keys(contents)),
  open: path => (contents[path] === undefined ? Promise.reject(new Error('not there')) : Promise.resolve(memory(path, new TextEncoder().encode(contents[path])))),
});
const subjectOf = (text: string, binding: Binding = {}, contents: Readonly<Record<string, string>> = {}): Promise<Subject> =>
  cellSubject({ reference: 'r', path: '.gatescope/cells/mine.cell', text, binding }, files(contents), settings);

async function sizes(text: string, binding: Binding = {}, contents: Readonly<Record<string, string>> = {}): Promise<readonly [number, number, number]> {
  const { content } = await subjectOf(text, binding, contents);
  assert.ok(content.kind === 'run');
  const { inputSize, units } = content.network.levels[0]!.directions[0]!;
  return [inputSize, units, content.sequence.width];
}

const RNN = "h' = tanh(W x + U h + b)";
const ADDED = "h' = tanh(x + U h)";

describe('a cell that a person wrote', () => {
  it('is run from its text, with all that is made up labelled', async () => {
    const { session } = joined();
    const scene = await session.open(await subjectOf(newCellText('mine', LSTM)));
    const [level] = scene.levels;
    assert.deepEqual(level!.directions[0]!.signals.map(s => [s.name, s.label]).slice(1), [['i', 'input gate'], ['f', 'forget gate'], ['g', 'candidate'], ['o', 'output gate'], ['c', 'cell state'], ['h', 'hidden state']]);
    assert.deepEqual([level!.cell, level!.units, level!.inputSize, level!.parameters, scene.steps], ['mine', 16, 16, 4 * (16 * 16 + 16 * 16 + 16), 200]);
    assert.equal(scene.weights.invented?.seed, 7);
    assert.match(scene.input.invented?.words ?? '', /noise, seed 7/);
    assert.ok(scene.canReveal);
  });

  it('computes what its equations say', async () => {
    const subject = await subjectOf("z = σ(Wz x + bz)  a gate of its own\nh' = z ⊙ h + (1 - z) ⊙ relu(W x + U h)", { units: 3, inputSize: 2, generate: { kind: 'noise', steps: 12, seed: 3 } });
    const { session } = joined();
    const { revision, steps } = await session.open(subject);
    const drawn = (await session.tile({ revision, level: 0, direction: 0, signal: 'h', from: 0, to: steps, columns: steps })).mean;
    assert.ok(subject.content.kind === 'run');
    const x = wholeOf(subject.content.sequence), { params } = subject.content.network.levels[0]!.directions[0]!;
    const times = (name: string, v: ArrayLike<number>): number[] => Array.from({ length: 3 }, (_, r) => Array.from(v).reduce((sum, n, k) => sum + params[name]!.data[r * v.length + k]! * n, 0));
    let h = [0, 0, 0], worst = 0;
    for (let t = 0; t < 12; t++) {
      const now = x.subarray(2 * t, 2 * t + 2);
      const [wz, w, u] = [times('Wz', now), times('W', now), times('U', h)];
      h = h.map((before, k) => {
        const z = 1 / (1 + Math.exp(-(wz[k]! + params['bz']!.data[k]!)));
        return z * before + (1 - z) * Math.max(0, w[k]! + u[k]!);
      });
      // A row's tile holds all units of a step, one after another.
      h.forEach((v, k) => { worst = Math.max(worst, Math.abs(v - drawn[3 * t + k]!)); });
    }
    assert.ok(worst < 1e-5, `differs by ${worst}`);
  });

  it('takes its sizes from what is chosen, then from the input', async () => {
    const table = { 'in.csv': 'a,b,c\n1,2,3\n4,5,6\n' };
    assert.deepEqual(await sizes(RNN), [16, 16, 16]);
    assert.deepEqual(await sizes(RNN, { units: 5, inputSize: 4 }), [4, 5, 4]);
    assert.deepEqual(await sizes(RNN, { input: 'in.csv' }, table), [3, 16, 3]);
    assert.deepEqual(await sizes(RNN, { generate: { kind: 'adding', steps: 20, seed: 1 } }), [2, 16, 2]);
    assert.deepEqual(await sizes(ADDED, { units: 5 }), [5, 5, 5], 'x is added to the state');
    assert.deepEqual(await sizes(ADDED, { units: 5, input: 'in.csv' }, table), [3, 3, 3]);
    await assert.rejects(sizes(RNN, { inputSize: 4, input: 'in.csv' }, table), /Expected 4 numbers a step/);
  });

  it('says the line where it cannot be read, and how to get there', async () => {
    await assert.rejects(subjectOf(LSTM.replace('σ(Wf', 'σ((Wf')), (error: unknown) => {
      assert.ok(error instanceof Problem);
      assert.match(error.title, /^mine\.cell, line 2, column 31:$/);
      assert.match(error.lines[0]!, /^expected \) before "forget"\.$/);
      assert.deepEqual(error.actions, [{ id: 'reveal', label: 'Go to line 2' }]);
      return true;
    });
  });

  it('runs also where there is little in it', async () => {
    for (const text of ["h' = tanh(U h + b)", "h' = x", "c' = c + sum(x)", "a ∈ R\nh' = a ⊙ h + x", "s = mean(x)\nh' = s ⊙ h + 1", "h' = norm(W x)\nn' = n + h'"]) {
      const { session } = joined();
      const { steps } = await session.open(await subjectOf(text));
      assert.equal(steps, 200, text);
    }
  });

  it('stands beside another on the same input, with about as many parameters', async () => {
    const { session } = joined();
    const shown = await subjectOf(LSTM, { units: 8, inputSize: 3 });
    await session.open(shown);
    assert.ok(shown.content.kind === 'run');
    const other = matchedSubject('r', 'theirs.cell', RNN, shown.content.network.levels[0]!.directions[0]!, shown.content);
    const { beside = [] } = await session.beside('beside:theirs', other);
    assert.deepEqual(beside.map(b => [b.name, b.levels[0]!.inputSize, b.weights.invented?.seed]), [['theirs.cell', 3, 7]]);
    // 4 (8·3 + 8·8 + 8) = 384 numbers; 18 (18 + 3 + 1) = 396 is nearer than 17 (17 + 3 + 1) = 357.
    assert.deepEqual([beside[0]!.levels[0]!.units, beside[0]!.parameters], [18, 396]);
  });

  it('is called by its file, and keeps its labels', () => {
    const cell = ownCell('a/b/Peephole two.cell', 'i = sigma(W x) # input gate\nh\' = i * h');
    assert.equal(cell.name, 'Peephole two');
    assert.equal(cell.equations, "i = σ(W x)  input gate\nh' = i ⊙ h");
  });
});

describe('typing a cell', () => {
  it('puts an error under its letter', () => {
    const at = (text: string): readonly unknown[] => {
      const read = readCell(text);
      return 'fault' in read ? [read.fault.line, read.fault.column] : [];
    };
    assert.deepEqual(at(LSTM), []);
    assert.deepEqual(at(`# a comment\n\n${LSTM.replace('tanh(Wg', 'tan(Wg')}`), [5, 6]);
    assert.deepEqual(at("h' = W @ x"), [1, 8]);
    assert.deepEqual(at("a = σ(W x)\r\nh' = a ⊙ tanh(\r\n"), [3, 1]);
    assert.deepEqual(at('a = σ(W x)'), [1, 1]);
    assert.deepEqual(at("h' = W x * r'"), [1, 12]);
  });

  it('says what names are', () => {
    const program = parse(LSTM);
    const said = (name: string, primed = false): string => { const words = wordsOn(program, name, primed); return words ? [words.what, words.equation, ...words.more].join(' | ') : ''; };
    assert.equal(said('f'), 'forget gate: a gate, between 0 and 1, [units] | f = σ(Wf x + Uf h + bf)');
    assert.equal(said('Wi'), 'a learned matrix, [units, inputs] (rows, columns) |  | Parameters: units·inputs');
    assert.match(said('Ui'), /\[units, units\].*units²/);
    assert.match(said('h', true), /after this step.*the cell's output/);
    assert.match(said('c'), /before this step/);
    assert.match(said('bf'), /learned vector, \[units\]/);
    assert.match(said('x'), /input of this step, \[inputs\]/);
    assert.match(said('sigmoid'), /makes a gate/);
    assert.equal(said('nothing'), '');
  });

  it('counts parameters by a formula that gives their number', () => {
    const [units, inputs] = [7, 5];
    for (const cell of cells) {
      const formula = parameterFormula(parse(cell.equations));
      const one = (part: string): number => part.split(/[ ·]/).reduce((all, f) => all * (f === 'units' ? units : f === 'inputs' ? inputs : f === 'units²' ? units ** 2 : Number(f)), 1);
      assert.equal(formula.split(' + ').reduce((sum, part) => sum + one(part), 0), parameterCount(cell, inputs, units), `${cell.id}: ${formula}`);
    }
    assert.equal(parameterFormula(parse(LSTM)), '4 units·inputs + 4 units² + 4 units');
  });

  it('offers what is defined above, and functions that can be read as they are inserted', () => {
    const offers = offersOn(LSTM, 5);
    const of = (kind: string): string[] => offers.filter(o => o.kind === kind).map(o => o.label);
    assert.deepEqual(of('signal'), ['x', 'i', 'f', 'g', 'o']);
    assert.deepEqual(of('state'), ['c', 'h']);
    assert.deepEqual(offersOn(LSTM, 6).filter(o => o.kind === 'state').map(o => o.label), ['c', 'h', "c'"]);
    assert.deepEqual(of('parameter').slice(0, 3), ['Wi', 'Ui', 'bi']);
    assert.ok(!of('parameter').includes('gate'), 'labels are no names');
    assert.deepEqual(of('function'), functions.map(f => f.name));
    for (const { label, insert } of offers.filter(o => o.kind === 'function')) {
      let k = 0;
      const call = insert.replace(/\$1|\$\{\d:(\w+)\}/g, (_, name: string | undefined) => (name === undefined || name === 'v' || name === 'w' ? 'W x' : String(++k)));
      assert.ok('program' in readCell(`h' = U h + ${call}`), `${label}: ${call}`);
    }
    assert.ok(!offersOn("h' = tan(W x)", 1, 'tan').some(o => o.label === 'tan'), 'not what is being typed');
    assert.ok(offersOn('i = σ(W x +\n', 2).some(o => o.label === 'σ'), 'also in a text that cannot be read yet');
  });

  it('knows where names stand and what for', () => {
    const text = newCellText('mine', `a ∈ R\n${LSTM.replace('i ⊙ g', 'k ⊙ g')}`);
    const lines = text.split('\n');
    const places = namesIn(parse(text));
    const shown = places.map(p => `${lines[p.line - 1]!.slice(p.column - 1, p.column - 1 + p.length)} ${p.kind}`);
    for (const expected of ["c' state", 'c state', 'x input', 'i signal', 'k parameter', 'Wi parameter', 'a parameter']) assert.ok(shown.includes(expected), `${expected} of ${shown.join(', ')}`);
    assert.ok(places.every((p, n) => n === 0 || p.line > places[n - 1]!.line || p.column >= places[n - 1]!.column + places[n - 1]!.length), 'in order, none over another');
  });

  it('begins with the LSTM, and under a name that can be a file\'s', () => {
    assert.equal(print(parse(newCellText('mine', LSTM))), print(parse(LSTM)));
    for (const good of ['mine', 'Peephole two', 'célula-1']) assert.equal(nameFault(good, ['other']), undefined, good);
    for (const bad of ['', '1st', '../up', 'a/b', 'nul', 'OTHER', 'a.b', 'x'.repeat(61)]) assert.ok(nameFault(bad, ['other']), bad);
  });

  it('has a grammar that knows every function', () => {
    const grammar = JSON.parse(readFileSync('syntaxes/cell.tmLanguage.json', 'utf8')) as { repository: { expression: { patterns: { name?: string; match?: string }[] }; label: { match: string }; definition: { match: string } } };
    const pattern = new RegExp(grammar.repository.expression.patterns.find(p => p.name?.startsWith('support.function'))!.match!, 'u');
    for (const name of functions.flatMap(f => [f.name, ...f.aliases])) assert.equal(pattern.exec(`${name}(v)`)?.[0], name);
    const label = new RegExp(grammar.repository.label.match, 'u');
    assert.equal(label.exec("c' = f ⊙ c + i ⊙ g   cell state")?.[0].trim(), 'cell state');
    assert.equal(label.exec("c' = f ⊙ c  + i ⊙ g"), null, 'an operator after a gap goes on');
    assert.equal(new RegExp(grammar.repository.definition.match, 'u').exec("c' = f")?.[1], "c'");
  });
});
