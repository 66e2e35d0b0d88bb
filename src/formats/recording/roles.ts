/** What each array of a dump is: by its name, and by what the names beside it are. */
import type { Direction } from '../../core/layer';
import type { Answers } from '../format';
import type { DumpArray } from './dump';
import { decodedSignal } from '../traceWriter';
import { namedBy } from './names';

/** An array that is taken for a signal. */
export interface Role {
  readonly array: DumpArray;
  /** As in the name; empty where it names none. */
  readonly level: string;
  readonly signal: string;
  readonly direction: Direction;
  readonly known: boolean;
  /** The name says only "states". */
  readonly vague: boolean;
}

/** Options of an array's role; an array may also keep its own name. */
export const roleOptions: readonly { readonly id: string; readonly label: string }[] = [
  ['h', 'hidden state h'], ['c', 'cell state c'], ['i', 'input gate i'], ['f', 'forget gate f'], ['g', 'candidate g'], ['o', 'output gate o'], ['r', 'reset gate r'],
  ['z', 'update gate z'], ['n', 'candidate n'], ['x', 'input x'], ['none', 'left out'],
].map(([id = '', label = '']) => ({ id, label }));

/** The last states that PyTorch returns beside the sequence; they have no steps. */
const FINAL = /(^|[._/])[hc]_?n$/;
const IDS = /(^|[._/])(word_?ids?|token_?ids?|tokens?|ids?|targets?|labels?|lengths?|mask|step|steps|time)$/i;

/** True where the name is that of ids, lengths or the like, not of a signal. */
export const isIds = (name: string): boolean => IDS.test(name);

/** Roles of all arrays with two axes or more. `states`: what "states" without more is. */
export function rolesOf(arrays: readonly DumpArray[], answers: Answers, exact: boolean): readonly Role[] {
  const many = arrays.filter(a => a.shape.length >= 2 && a.shape.every(n => n > 0) && !FINAL.test(a.name) && !isIds(a.name));
  const roles = many.map(array => (exact ? exactly(array) : roleOf(array)));
  return (exact ? roles : settled(roles)).flatMap(role => {
    const answer = answers[`array:${role.array.name}`];
    if (answer === 'none') return [];
    const signal = answer ?? (role.vague ? answers['states'] ?? role.signal : role.signal);
    return [{ ...role, signal, known: role.known || answer !== undefined, vague: role.vague && answer === undefined }];
  });
}

function roleOf(array: DumpArray): Role {
  const { level, signal, direction, known, vague = false } = namedBy(array.name);
  return { array, level, signal, direction, known, vague };
}

/** `LAYER/SIGNAL` or `LAYER/SIGNAL/reverse`. */
function exactly(array: DumpArray): Role {
  const parts = array.name.split('/');
  const reverse = parts.length > 2 && parts.at(-1) === 'reverse';
  const signal = decodedSignal(parts.at(reverse ? -2 : -1) ?? array.name);
  return { array, level: parts.slice(0, reverse ? -2 : -1).join('/'), signal, direction: reverse ? 'reverse' : 'forward', known: true, vague: false };
}

/** Words that mean one thing alone and another beside gates: `input` and `output` beside `forget`, `candidate` beside `reset`. */
function settled(roles: readonly Role[]): readonly Role[] {
  const beside = (role: Role, ...signals: string[]): boolean => roles.some(r => r !== role && r.level === role.level && r.direction === role.direction && signals.includes(r.signal));
  const alike = (role: Role, signal: string): boolean => roles.some(r => r.signal === signal && r.level === role.level && r.array.shape.at(-1) === role.array.shape.at(-1));
  return roles.map(role => {
    if (role.signal === 'g' && /candidate|new|modulation/i.test(role.array.name) && beside(role, 'r', 'z') && !beside(role, 'n')) return { ...role, signal: 'n' };
    if (role.signal === 'x' && /input/i.test(role.array.name) && beside(role, 'f') && !beside(role, 'i') && alike(role, 'f')) return { ...role, signal: 'i' };
    if (role.signal === 'h' && /output/i.test(role.array.name) && beside(role, 'f') && !beside(role, 'o') && beside(role, 'h')) return { ...role, signal: 'o' };
    return role;
  });
}
