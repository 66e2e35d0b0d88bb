import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { inputOf, lossGradientOf, networkOf, type Case, type CellId } from '../case';
import type { Availability, Contender, Prepared, Timing } from '../contender';
import { stacked } from '../packing';

const PYTHON = process.env['BENCH_PYTHON'] ?? '/usr/bin/python3';
const ORDERS: Readonly<Record<CellId, readonly string[]>> = { lstm: ['i', 'f', 'g', 'o'], gru: ['r', 'z', 'n'], rnn: [''] };

/** One process for all cases. */
let python: Conversation | undefined;

/** PyTorch as people write it to see gates: a loop over the steps that keeps each of them; its own clock, and autograd. */
export const torch: Contender = {
  id: 'torch-loop', threads: 1,
  available,
  takes: c => c.batch === 1 && c.threads === 1,
  prepare: async c => prepared(c, python ??= new Conversation()),
  close: () => { python?.end(); python = undefined; },
};

function available(): Availability {
  const { status, stdout } = spawnSync(PYTHON, ['-c', 'import torch; print(torch.__version__)'], { encoding: 'utf8' });
  return status === 0 ? { version: stdout.trim() } : { reason: `${PYTHON} has no torch` };
}

async function prepared(c: Case, conversation: Conversation): Promise<Prepared> {
  const [layer, order] = [networkOf(c).levels[0]!.directions[0]!, ORDERS[c.cell]];
  const arrays = {
    W: stacked(layer, 'W', order), U: stacked(layer, 'U', order), b: stacked(layer, 'b', order), cn: stacked(layer, 'c', ['n']),
    x: inputOf(c), dh: lossGradientOf(c),
  };
  await conversation.ask({ ask: 'prepare', case: c, arrays: Object.fromEntries(Object.entries(arrays).map(([name, data]) => [name, base64(data)])) });
  let h: number[] = [];
  const time = async (leastMs: number): Promise<Timing> => {
    const answer = await conversation.ask({ ask: 'time', leastMs }) as { ns: number; forwardNs: number; last: number[] };
    h = answer.last;
    return c.pass === 'forward' ? { ns: answer.ns } : { ns: answer.ns, forwardNs: answer.forwardNs };
  };
  return { run: async () => { await time(0); }, time, last: () => Float32Array.from(h), dispose: () => undefined };
}

function base64(data: Float32Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
}

/** One line of JSON there, one back. */
class Conversation {
  private readonly child: ChildProcess = spawn(PYTHON, ['test/bench/torch_loop.py'], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, OMP_NUM_THREADS: '1' } });
  private readonly lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]();

  async ask(question: object): Promise<unknown> {
    this.child.stdin!.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error('The Python process ended; its message is above.');
    return JSON.parse(value);
  }

  end(): void {
    this.child.stdin!.end();
  }
}
