import { backpropagating } from '../../../src/core/backprop';
import { running, runningMany, type EvaluatorName, type NetworkTrace, type RunOptions } from '../../../src/core/engine';
import { inputOf, lossGradientOf, networkOf, sequenceOf, type Case } from '../case';
import type { Contender, Prepared } from '../contender';

/** Everything in one piece: nobody else is to have a turn. */
interface Options extends RunOptions { readonly piece: number; readonly evaluator: EvaluatorName }

/** Our engine on one thread, which records every gate of every step. */
export function gatescope(id: string, evaluator: EvaluatorName): Contender {
  const options: Options = { piece: Infinity, evaluator };
  return {
    id, threads: 1,
    available: () => ({ version: evaluator === 'fast' ? `arithmetic ${arithmetic()}` : 'float64' }),
    takes: c => evaluator === 'fast' || (c.threads === 1 && c.pass === 'forward'),
    prepare: c => c.pass === 'forward' ? forward(c, options) : backward(c, options),
  };
}

function forward(c: Case, options: Options): Prepared {
  const [network, x] = [networkOf(c), inputOf(c)];
  const sequences = Array.from({ length: c.batch }, (_, n) => ({ x: sequenceOf(c, x, n), steps: c.steps }));
  let traces: readonly NetworkTrace[] = [];
  return {
    // As a session does that runs again after an edit, and as onnxruntime's arena does: what the last run was recorded in is written anew.
    run: () => { traces = drained(runningMany(network, sequences.map((s, n) => ({ ...s, reuse: traces[n] })), options)); },
    last: () => traces[0]!.levels[0]!.directions[0]!.output.subarray((c.steps - 1) * c.units, c.steps * c.units),
    dispose: () => { traces = []; },
  };
}

/** Gradients of the states alone, or with the parameters' and dx. A run goes forward too, so that is measured beside it. */
function backward(c: Case, options: Options): Prepared {
  const [network, x, dh] = [networkOf(c), inputOf(c), lossGradientOf(c)];
  let trace: NetworkTrace | undefined;
  const asked = { ...options, parameters: c.pass === 'backward+dW', input: c.pass === 'backward+dW', record: c.cell === 'lstm' ? ['h', 'c'] : ['h'] };
  return {
    run: () => { drained(backpropagating(network, x, c.steps, { kind: 'dh', dh }, asked)); },
    less: () => { trace = drained(running(network, x, c.steps, { ...options, reuse: trace })); },
    dispose: () => undefined,
  };
}

/** What the fast evaluator computes in on this machine: `float32-fma`, `float32` or `float64`. */
export function arithmetic(): string {
  const c: Case = { cell: 'rnn', inputSize: 1, units: 4, steps: 1, batch: 1, directions: 1, pass: 'forward', threads: 1 };
  const options: Options = { piece: Infinity, evaluator: 'fast' };
  return drained(running(networkOf(c), inputOf(c), 1, options)).arithmetic;
}

/** Drives a generator to its end. */
export function drained<T>(work: Generator<unknown, T>): T {
  for (;;) {
    const piece = work.next();
    if (piece.done) return piece.value;
  }
}
