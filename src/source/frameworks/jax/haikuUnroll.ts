/** `hk.dynamic_unroll(core, xs, state, time_major)`: which cores are run over time, and in which order of axes. */
import { fieldReader, matchArguments } from '../../code/arguments';
import { coresIn, haikuName } from './haikuCores';
import type { CallExpression, Expression } from '../../code/expression';
import { callOf, type CallSite, type Module } from '../../code/scopes';
import { target } from '../../code/target';

interface Way { readonly batchFirst: boolean | null; readonly reverse: boolean }

const order = ['core', 'input_sequence', 'initial_state', 'time_major', 'reverse'];

/** A call that runs a core over time; `core` as it is given there. */
interface Unroll extends CallSite { readonly call: CallExpression; readonly core: Expression | undefined }

/** All of them in a file. */
export function haikuUnrolls(module: Module): readonly Unroll[] {
  return module.calls.flatMap(site => {
    const callee = site.node.firstChild;
    if (!callee || !/(dynamic|static)_unroll$/.test(module.text.slice(callee.from, callee.to))) return [];
    const call = callOf(site, module);
    if (!call || !/^(dynamic|static)_unroll$/.test(haikuName(target(call.callee, site.scope, module).paths) ?? '')) return [];
    return [{ ...site, call, core: matchArguments(call, order, site.scope, module).given('core')?.value }];
  });
}

/** By the start of the call that makes the core. */
export function unrolls(module: Module): ReadonlyMap<number, Way> {
  const ways = new Map<number, Way>();
  for (const { call, core: given, scope } of haikuUnrolls(module)) {
    const fields = fieldReader(matchArguments(call, order, scope, module), module);
    const timeMajor = fields.flag('batchFirst', 'time_major', true);
    const way: Way = { batchFirst: timeMajor === null ? null : !timeMajor, reverse: fields.flag('reverse', 'reverse', false) === true };
    for (const core of coresIn(given, scope, module)) {
      const before = ways.get(core);
      ways.set(core, before && before.batchFirst !== way.batchFirst ? { batchFirst: null, reverse: before.reverse && way.reverse } : way);
    }
  }
  return ways;
}
