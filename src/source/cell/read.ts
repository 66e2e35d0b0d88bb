/** Cells that Python code defines: classes of torch.nn.Module whose `forward` takes x and a state and gives the next state. */
import { EquationError, parse, print } from '../../core/equations';
import { matchArguments } from '../code/arguments';
import { slice } from '../code/expression';
import { fold } from '../code/fold';
import type { Span } from '../outline';
import { callOf, lookup, type Module, type Scope } from '../code/scopes';
import { target } from '../code/target';
import { Machine, bodyOf, parametersOf, type Environment } from './machine';
import type { CodeCell, ReadCell, UnreadCell } from './spec';
import { Unread, vector, type Bundle, type Term, type Value } from './values';
import { write } from './write';

type Place = (span: Span) => { readonly span: Span; readonly line: number };

const stateLike = /^(h|c|s|m)$|^(h|c)(x|_?(t|prev|tm1|0|old|in|n))+$|hidden|state|carry|prev|memory|^hc$|^hx/i;
const inputLike = /^(x|input|inputs|inp|xt|x_t|input_|emb|embedded|features?)$/i;

/** Cells of a file. A class that is no cell by its name is left out where it cannot be read: it may be anything. */
export function readCells(module: Module, place: Place): CodeCell[] {
  return module.classes.flatMap(scope => {
    const cell = isModule(scope, module) ? readClass(scope, module, place) : undefined;
    return cell ? [cell] : [];
  });
}

function isModule(scope: Scope, module: Module, depth = 0): boolean {
  return scope.bases.some(base => {
    const source = slice(base, module.text);
    const own = lookup(source, scope.parent ?? scope).at(-1);
    if (own?.kind === 'class') return own.body !== scope && depth < 5 && isModule(own.body, module, depth + 1);
    if (/^(RNNCellBase|.*\.RNNCellBase)$/.test(source)) return true;
    return target(module.expression(base), scope.parent ?? scope, module).paths.some(p => /^(\?\.)?(torch\.)?(nn|jit)\.(modules\.(module\.)?)?(Module|ScriptModule)$/.test(p) || p === '?.Module');
  });
}

function readClass(scope: Scope, module: Module, place: Place): CodeCell | undefined {
  const machine = new Machine(module, scope);
  const forward = machine.methodOf('forward');
  if (!forward) return undefined;
  const given = parametersOf(forward).slice(1);
  if (given.length < 2 || !(/cell|rnn|lstm|gru|recurrent/i.test(scope.name) || given.some(p => stateLike.test(p.name)))) return undefined;
  const header = scope.node.getChild('VariableName') ?? scope.node;
  const here = { name: scope.name, ...place(header) };
  try {
    return { ...here, framework: 'pytorch', ...read(machine, forward, module) };
  } catch (error) {
    return unread(error, here, header, place);
  }
}

function unread(error: unknown, here: { readonly name: string; readonly span: Span; readonly line: number }, header: Span, place: Place): UnreadCell | undefined {
  if (!/cell$/i.test(here.name)) return undefined;
  const why = error instanceof Unread || error instanceof RangeError ? error.message : error instanceof EquationError ? `the equations would not hold together: ${error.message}` : 'this code is not understood';
  const at = error instanceof Unread && error.at.from >= 0 ? error.at : header;
  const { span, line } = place({ from: at.from, to: at.to });
  return { ...here, why, whyLine: line, whySpan: span };
}

type Reading = Omit<ReadCell, 'name' | 'framework' | 'span' | 'line'>;

function read(machine: Machine, forward: Scope, module: Module): Reading {
  machine.construct();
  const [self, ...given] = parametersOf(forward);
  const x = given.find(p => inputLike.test(p.name)) ?? given[0]!;
  const environment: Environment = new Map();
  if (self) environment.set(self.name, { kind: 'self' });
  const bundles: Bundle[] = [];
  for (const p of given) {
    if (p === x) environment.set(p.name, vector({ kind: 'input' }));
    else if (stateLike.test(p.name) || !p.fallback) { const bundle: Bundle = { name: p.name, states: [], whole: false }; bundles.push(bundle); environment.set(p.name, { kind: 'bundle', bundle }); }
    else environment.set(p.name, machine.evaluate(p.fallback, new Map(), forward));
  }
  const returned = machine.block(bodyOf(forward.node), environment, forward);
  if (!returned) throw new Unread('forward returns nothing', forward.node.getChild('VariableName') ?? forward.node);
  const { nexts, output } = nextStates(returned, bundles, machine, forward);
  const names = stateNames(machine.found.map(s => s.name), output);
  const { equations, ...written } = write(nexts, names);
  const program = parse(equations);
  if (!program.nodes.some(n => n.op === 'state')) throw new Unread('no next state depends on the state before', forward.node.getChild('VariableName') ?? forward.node);
  return { equations: print(program), ...written, tensors: machine.tensors, known: new Map([...machine.known, ...madeWith(machine, module)]), notes: [...machine.notes] };
}

/** Of what forward returns, which is the next value of which state. */
function nextStates(returned: Value, bundles: readonly Bundle[], machine: Machine, forward: Scope): { readonly nexts: readonly Term[]; readonly output: number } {
  const at = returnOf(forward);
  const used = bundles.filter(b => b.states.length > 0);
  const count = machine.found.length;
  for (const v of returned.kind === 'items' ? returned.items : [returned]) if (count === 0 && v.kind === 'opaque') throw new Unread(v.why, v.at);
  if (count === 0) throw new Unread('no state is read', at);
  const items = returned.kind === 'items' ? returned.items : [returned];
  const nested = items.at(-1);
  // (h, c) · h, (h, c) · (y, h) · (y, h, c)
  const states = nested?.kind === 'items' && items.length === 2 ? nested.items : items.length === count ? items : items.length === count + 1 ? items.slice(1) : undefined;
  if (!states || states.length !== count) throw new Unread(`forward reads ${count} ${count === 1 ? 'state' : 'states'} and returns ${items.length} ${items.length === 1 ? 'value' : 'values'}: which is which is not sure`, at);
  const terms = states.map(s => machine.term(s, at));
  const order = used.flatMap(b => b.states.map(s => (s.kind === 'state' ? s.index : 0)));
  const nexts = Array.from({ length: count }, (_, k) => terms[order.indexOf(k)]!);
  const wanted = machine.found.map(s => letterOf(s.name));
  nexts.forEach((t, k) => {
    const other = t.kind === 'signal' ? letterOf(t.signal.name) : undefined;
    if (other && wanted[k] && other !== wanted[k] && wanted.includes(other)) throw new Unread('states are returned in another order than they are taken', at);
  });
  const first = items.length > states.length || states !== items ? items[0] : undefined;
  const same = first?.kind === 'term' ? nexts.findIndex(n => n === first.term || n.kind === 'signal' && first.term.kind === 'signal' && n.signal === first.term.signal) : -1;
  if (first && same < 0) machine.note('What forward returns beside the states is left out.');
  return { nexts, output: same };
}

function returnOf(forward: Scope): Span {
  const last = bodyOf(forward.node).at(-1) ?? forward.node;
  return { from: last.from, to: last.to };
}

/** `h_prev` is h, `cx` is c. */
function letterOf(name: string): 'h' | 'c' | undefined {
  return /^(h|hx|h_.*|hid.*|h0|h\d|prev_h.*|last_h.*|old_h.*|next_h|new_h|hy|ht)$/i.test(name) ? 'h' : /^(c|cx|c_.*|cell.*|c0|prev_c.*|last_c.*|old_c.*|next_c|new_c|cy|ct)$/i.test(name) ? 'c' : undefined;
}

/** The output is h, since the language takes h for it; other states keep their names. */
function stateNames(code: readonly string[], output: number): readonly string[] {
  const letters = code.map(letterOf);
  const named = letters.indexOf('h');
  const h = output >= 0 ? output : named >= 0 ? named : 0;
  const taken = new Set(['h', 'x']);
  return code.map((name, k) => {
    if (k === h) return 'h';
    const wish = letters[k] === 'c' || code.length === 2 && /^state\w*1$|^h\w*1$/.test(name) ? 'c' : name.replace(/[^a-zA-Z0-9]/g, '').replace(/^[A-Z]/, c => c.toLowerCase()) || 's';
    let free = wish === 'h' ? 's' : wish;
    for (let n = 2; taken.has(free); n++) free = `${wish}${n}`;
    taken.add(free);
    return free;
  });
}

/** Numbers of the only call that makes such a cell. */
function madeWith(machine: Machine, module: Module): ReadonlyMap<string, number> {
  const made = machine.methodOf('__init__');
  const sites = made ? module.calls.filter(s => s.node.firstChild && slice(s.node.firstChild, module.text) === machine.cell.name) : [];
  const call = sites.length === 1 && sites[0] ? callOf(sites[0], module) : undefined;
  if (!made || !call || !sites[0]) return new Map();
  const names = parametersOf(made).slice(1).map(p => p.name);
  const given = matchArguments(call, names, sites[0].scope, module);
  return new Map(names.flatMap(name => {
    const found = given.given(name);
    const value = found ? fold(found.value, found.scope, module).value : undefined;
    return typeof value === 'number' ? [[name, value] as const] : [];
  }));
}
