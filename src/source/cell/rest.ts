/** What is taken out of `**kwargs`: what is given there by name, else what the code says it is without. */
import { saying } from '../../core/said';
import type { CallExpression } from '../code/expression';
import type { Span } from '../outline';
import type { Frame } from './frame';
import type { Machine } from './machine';
import { opaque, type Rest, type Value } from './values';

/** `kwargs.pop('rate', 0.5)`, `kwargs.get('rate')`; undefined for other calls. */
export function taken(from: Rest, word: string, e: CallExpression, frame: Frame, machine: Machine): Value | undefined {
  if (!/^(pop|get|setdefault)$/.test(word) || e.args.length < 1 || e.args.length > 2) return undefined;
  const [key, otherwise] = e.args.map(a => a.value);
  const name = machine.expression(key!, frame), fallback = otherwise && machine.expression(otherwise, frame);
  if (name.kind !== 'text') return opaque(saying('which value is taken is not settled in the text. Write the number'), e);
  const value = named(from, name.value, fallback ?? (word === 'pop' ? undefined : { kind: 'none' }), machine, e);
  if (word === 'pop') { from.named.delete(name.value); from.gone.add(name.value); }
  if (word === 'setdefault') from.named.set(name.value, value);
  return value;
}

/** `kwargs['rate']`, and what it is without. */
export function named(from: Rest, name: string, fallback: Value | undefined, machine: Machine, at: Span): Value {
  const given = from.named.get(name);
  if (given) return given;
  if (from.open && !from.gone.has(name)) return machine.settled(name, fallback);
  return fallback ?? opaque(saying('the argument {0} is not written here. Write it out', name), at);
}

/** All that is handed on by `**kwargs`. */
export function handedOn(from: Rest, machine: Machine): ReadonlyMap<string, Value> {
  if (!from.open) return from.named;
  machine.noteDefaults();
  const passed = machine.passedNames.filter(name => !from.gone.has(name) && !from.named.has(name) && machine.isFurther(name));
  return new Map([...passed.map(name => [name, machine.settled(name, undefined)] as const), ...from.named]);
}

/** Whether a name is given; by default it is not. */
export function holds(from: Rest, name: string, machine: Machine): boolean {
  if (from.named.has(name)) return true;
  if (from.open) machine.noteDefaults();
  return from.open && !from.gone.has(name) && machine.passedNames.includes(name);
}
