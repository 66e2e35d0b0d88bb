/** The arguments of a call, by place or by one of their names. */
import { saying } from '../../core/said';
import { Unread, type Given, type Value } from './values';

export const argument = ({ positional, named }: Given, index: number, ...names: readonly string[]): Value | undefined =>
  positional[index] ?? names.map(n => named.get(n)).find(v => v !== undefined);

/** @throws Unread where it is not there */
export function required(given: Given, index: number, ...names: readonly string[]): Value {
  const found = argument(given, index, ...names);
  if (!found) throw new Unread(saying('the argument {0} is not written here. Write it out', names[0] ?? String(index)), given.at);
  return found;
}

/** The same call with a vector before its arguments, as a method is called. */
export const method = (object: Value, given: Given): Given => ({ ...given, positional: [object, ...given.positional] });

/** A call with one value. */
export const only = (value: Value, at: Given['at']): Given => ({ at, positional: [value], named: new Map() });
