/** Which parameters belong to which gate, and what each does there: read from the cell's equations, so that it holds for any cell. */
import type { Cell } from '../../core/cells/cell';
import { argumentsOf, type Node, type Program, type Signal } from '../../core/program';
import { programOf } from '../../core/programs';

/** kernel multiplies x, recurrentKernel the state before; other: peepholes, projections, gains of a normalisation. */
export type Role = 'kernel' | 'recurrentKernel' | 'bias' | 'other';

export interface BlockPart {
  /** As the equations name it: `Uf`. */
  readonly parameter: string;
  readonly role: Role;
}

/** One gate, or another equation that has parameters of its own. */
export interface Block {
  readonly signal: Signal;
  readonly parts: readonly BlockPart[];
}

/** Equations that have parameters, in the order of the text; every parameter stands where it is first used. */
export function blocksOf(cell: Cell): readonly Block[] {
  const program = programOf(cell);
  const ends = new Set(program.signals.map(s => s.node));
  const taken = new Set<string>();
  return program.signals.flatMap(signal => {
    const parts = namesUnder(program, signal.node, ends).filter(name => !taken.has(name)).map(name => {
      taken.add(name);
      return { parameter: name, role: roleOf(program, name) };
    });
    return parts.length > 0 ? [{ signal, parts }] : [];
  });
}

/** Parameters that a signal's own equation names: down to other signals, which have their own. In the order of the program's list. */
function namesUnder(program: Program, from: number, ends: ReadonlySet<number>): readonly string[] {
  const found = new Set<string>();
  const visit = (id: number, top: boolean): void => {
    const node = program.nodes[id];
    if (!node || (!top && ends.has(id))) return;
    if (node.op === 'parameter') found.add(node.name);
    if (node.op === 'product') found.add(node.matrix);
    for (const argument of argumentsOf(node)) visit(argument, false);
  };
  visit(from, true);
  return program.parameters.map(p => p.name).filter(name => found.has(name));
}

function roleOf(program: Program, name: string): Role {
  const products = program.nodes.flatMap(node => node.op === 'product' && node.matrix === name ? [program.nodes[node.a]] : []);
  if (products.some(a => a?.op === 'input')) return 'kernel';
  if (products.some(a => a && readsState(program, a))) return 'recurrentKernel';
  const leaf = program.nodes.findIndex(node => node.op === 'parameter' && node.name === name);
  const users = program.nodes.filter(node => leaf >= 0 && argumentsOf(node).includes(leaf));
  return products.length === 0 && users.length > 0 && users.every(node => node.op === 'add') ? 'bias' : 'other';
}

/** The state itself, or the state times a gate, as in a GRU that resets before its product. */
function readsState(program: Program, node: Node): boolean {
  if (node.op === 'state') return true;
  return node.op === 'mul' && [node.a, node.b].some(id => program.nodes[id]?.op === 'state');
}
