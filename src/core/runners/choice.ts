/**
 * Which of several machines runs the next chunk: all give the same bits, so the fastest. A helping thread is worth its while on an idle
 * core, and worse than none on a busy one; what is true now may change, so that each is tried again now and then.
 */
import type { Machine } from '../compile/machine';

/** Chunks after which the others are tried again. */
const AGAIN = 24;

export class Choice {
  /** Milliseconds a step, by machine: the latest measurement. */
  private readonly pace: number[] = [];
  private chunk = -1;
  private at = 0;
  private since = 0;

  constructor(private readonly machines: readonly Machine[]) {}

  /** The machine for the next chunk, with the states of the last. */
  next(): Machine {
    this.chunk++;
    const before = this.machines[this.at]!;
    this.at = this.pick();
    const now = this.machines[this.at]!;
    if (now !== before && this.chunk > 0) for (const [name, v] of Object.entries(before.states)) now.states[name]!.set(v);
    this.since = performance.now();
    return now;
  }

  took(steps: number): void {
    this.pace[this.at] = (performance.now() - this.since) / steps;
  }

  /** The last first: the one with helpers. */
  private pick(): number {
    const count = this.machines.length;
    const turn = this.chunk % AGAIN;
    if (turn < count) return count - 1 - turn;
    return this.pace.indexOf(Math.min(...this.pace));
  }
}
