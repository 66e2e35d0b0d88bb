/** `hk.dynamic_unroll(core, xs, state, time_major)`: which cores are run over time, and in which order of axes. */
import { fieldReader, matchArguments } from '../../code/arguments';
import { coresIn, haikuName } from './haikuCores';
import { callOf, type Module } from '../../code/scopes';
import { target } from '../../code/target';

interface Way { readonly batchFirst: boolean | null; readonly reverse: boolean }

const order = ['core', 'input_sequence', 'initial_state', 'time_major', 'reverse'];

/** By the start of the call that makes the core. */
export function unrolls(module: Module): ReadonlyMap<number, Way> {
  const ways = new Map<number, Way>();
  for (const site of module.calls) {
    const callee = site.node.firstChild;
    if (!callee || !/(dynamic|static)_unroll$/.test(module.text.slice(callee.from, callee.to))) continue;
    const call = callOf(site, module);
    if (!call || !/^(dynamic|static)_unroll$/.test(haikuName(target(call.callee, site.scope, module).paths) ?? '')) continue;
    const fields = fieldReader(matchArguments(call, order, site.scope, module), module);
    const timeMajor = fields.flag('batchFirst', 'time_major', true);
    const way: Way = { batchFirst: timeMajor === null ? null : !timeMajor, reverse: fields.flag('reverse', 'reverse', false) === true };
    for (const core of coresIn(fields.args.given('core')?.value, site.scope, module)) {
      const before = ways.get(core);
      ways.set(core, before && before.batchFirst !== way.batchFirst ? { batchFirst: null, reverse: before.reverse && way.reverse } : way);
    }
  }
  return ways;
}
