/** What `for` runs over where the text says it: loops of the constructor, short ones of the step, and lists made by `for`. */
import type { SyntaxNode } from '@lezer/common';
import { children, type Expression } from '../code/expression';
import type { Span } from '../outline';
import { unpack } from './assign';
import type { Frame } from './frame';
import type { Machine } from './machine';
import { fixed } from './sizes';
import type { Value } from './values';

/** Longer loops of a constructor, and of a step, are not followed. */
const MOST_ROUNDS = 64, MOST_STEPS = 12;

/** `for a, b in zip(p, q)`: the nodes between the words. */
export interface Head { readonly targets: readonly SyntaxNode[]; readonly over: readonly SyntaxNode[]; readonly rest: readonly SyntaxNode[] }

/** undefined where these nodes have no `for` with one expression after `in`. */
export function headOf(nodes: readonly SyntaxNode[]): Head | undefined {
  const from = nodes.findIndex(n => n.name === 'for'), to = nodes.findIndex(n => n.name === 'in');
  return from < 0 || to < from || !nodes[to + 1] ? undefined : { targets: nodes.slice(from + 1, to), over: nodes.slice(to + 1, to + 2), rest: nodes.slice(to + 2) };
}

/** The values that a loop runs over; undefined where the text does not settle them. */
export function rounds(head: Head, frame: Frame, machine: Machine): readonly Value[] | undefined {
  const found = listed(machine.module.expression(head.over[0]!), frame, machine);
  return found && found.length <= (machine.constructing ? MOST_ROUNDS : MOST_STEPS) ? found : undefined;
}

function listed(e: Expression, frame: Frame, machine: Machine): readonly Value[] | undefined {
  const word = e.kind === 'call' && e.callee.kind === 'name' && !frame.names.has(e.callee.name) ? e.callee.name : '';
  if (e.kind === 'call' && word === 'range') return range(e.args.map(a => machine.expression(a.value, frame)), e, machine);
  if (e.kind === 'call' && (word === 'zip' || word === 'enumerate')) {
    const lists = e.args.map(a => listed(a.value, frame, machine));
    if (lists.length === 0 || lists.some(l => l === undefined)) return undefined;
    if (word === 'enumerate') return lists[0]!.map((v, k) => tuple([{ kind: 'size', size: fixed(k) }, v]));
    return Array.from({ length: Math.min(...lists.map(l => l!.length)) }, (_, k) => tuple(lists.map(l => l![k]!)));
  }
  const value = machine.expression(e, frame);
  return value.kind === 'items' ? value.items : value.kind === 'callable' ? value.layers?.list : undefined;
}

const tuple = (items: Value[]): Value => ({ kind: 'items', items });

function range(ends: readonly Value[], at: Span, machine: Machine): readonly Value[] | undefined {
  if (ends.length < 1 || ends.length > 2 || ends.some(v => v.kind !== 'size' || !machine.isNumber(v))) return undefined;
  const [a, b] = ends.map(v => machine.number(v, at)), [from, to] = b === undefined ? [0, a!] : [a!, b];
  return to - from > MOST_ROUNDS ? undefined : Array.from({ length: Math.max(0, to - from) }, (_, k) => ({ kind: 'size', size: fixed(from + k) }));
}

/** Names of a round. */
export const bindRound = ({ targets }: Head, value: Value, frame: Frame, machine: Machine): void => { unpack(targets, value, frame, machine); };

/** `[f(v) for v in list]`, also between the brackets of a call; undefined where it is none or not settled. */
export function comprehension(e: Span, frame: Frame, machine: Machine, path: string): Value | undefined {
  const node = nodeAt(e, machine.module.scope.node);
  if (!node || !/^(Array)?ComprehensionExpression$|^ArgList$/.test(node.name)) return undefined;
  const inner = children(node).slice(1, -1), head = headOf(inner);
  if (!head || head.rest.length > 0 || inner[0]!.name === 'for') return undefined;
  const own: Frame = { names: new Map(frame.names), scope: frame.scope };
  return rounds(head, own, machine)?.reduce<Value & { kind: 'items' }>((made, value, k) => {
    bindRound(head, value, own, machine);
    made.items.push(machine.evaluate(inner[0]!, own, path && `${path}.${k}`));
    return made;
  }, { kind: 'items', items: [] });
}

function nodeAt({ from, to }: Span, root: SyntaxNode): SyntaxNode | undefined {
  for (let node: SyntaxNode | null = root.resolve(from, 1); node && node.to <= to; node = node.parent) if (node.from === from && node.to === to && /Comprehension|ArgList/.test(node.name)) return node;
  return undefined;
}
