import { join } from 'node:path';
import { runningMany, type NetworkTrace } from '../../../src/core/engine';
import { cores, startTeam } from '../../../src/platform/node';
import { inputOf, networkOf, sequenceOf } from '../case';
import type { Contender } from '../contender';
import { drained } from './gatescope';

/** Our engine on two threads, which share the units of a layer. Cases with `threads: 2` are for it. */
export const gatescope2: Contender = {
  id: 'gatescope', threads: 2,
  available: () => cores() >= 2 ? { version: 'a helping thread, shared memory' } : { reason: 'this machine has one core' },
  takes: c => c.threads === 2 && c.pass === 'forward',
  prepare: c => {
    const { team, stop } = startTeam(join(__dirname, 'mate.js'));
    const [network, x] = [networkOf(c), inputOf(c)];
    let traces: readonly NetworkTrace[] = [];
    return {
      run: () => { traces = drained(runningMany(network, [{ x: sequenceOf(c, x, 0), steps: c.steps, reuse: traces[0] }], { piece: Infinity, evaluator: 'fast', team })); },
      last: () => traces[0]!.levels[0]!.directions[0]!.output.subarray((c.steps - 1) * c.units, c.steps * c.units),
      dispose: stop,
    };
  },
};
