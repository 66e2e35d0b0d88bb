/**
 * Several threads on one layer. Each has the same machine over one shared memory, but writes only its share of every step; they meet
 * after each stage (see `meeting` in emit.ts). The leader is who runs the engine; its mates wait for its orders in `serve`.
 */
import { share, type Part } from './place';

/** What a mate needs; posted to it. */
export interface MateJob {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly part: Part;
  readonly batch: number;
  /** Orders given before this job. */
  readonly seen: number;
}

/** Threads that wait for work. Made by the platform. */
export interface Team {
  /** The leader counted in. */
  readonly size: number;
  /** Posts each mate its job. They come as soon as they have left the last one. */
  post(jobs: readonly MateJob[]): void;
}

export interface MachineExports {
  move(from: number, fromStride: number, to: number, toStride: number, bytes: number, rows: number): void;
  ahead(row: number, rows: number): void;
  loop(step: number, steps: number): void;
  behind(row: number, rows: number): void;
  gradients?(row: number, rows: number): void;
  meet?(): void;
}

/** Addresses at the start of a shared memory: orders, the meeting's counter, and a counter for each thread. */
const ORDERS = 64;
export const MEETING = 128;

/** First free byte behind them. */
export function firstFree(size: number): number {
  return MEETING + 64 * (size + 1);
}

const LEAVE = 0;
const RUN = 1;

/** Who leads each team's mates at the moment: they must leave one memory before they come to another. */
const led = new WeakMap<Team, Int32Array>();

/** Calls the mates to this memory, where they are not there already. */
export function gather(team: Team, memory: WebAssembly.Memory, modules: readonly WebAssembly.Module[], batch: number): void {
  const orders = new Int32Array(memory.buffer, ORDERS, 8);
  const before = led.get(team);
  if (before?.buffer === orders.buffer) return;
  if (before) order(before, LEAVE, 0, 0, false);
  led.set(team, orders);
  team.post(modules.map((module, k) => ({ module, memory, part: { index: k + 1, of: team.size, meeting: MEETING }, batch, seen: Atomics.load(orders, 0) })));
}

const ids = new WeakMap<Team, number>();
let last = 0;

/** A number of a team's own: machines belong to one. */
export function idOf(team: Team): number {
  const id = ids.get(team) ?? ++last;
  ids.set(team, id);
  return id;
}

/** Sends a team's mates home. */
export function dismiss(team: Team): void {
  const orders = led.get(team);
  if (orders) order(orders, LEAVE, 0, 0, false);
  led.delete(team);
}

/** Runs steps together with the mates. */
export function lead(exports: MachineExports, memory: WebAssembly.Memory, part: Part, batch: number, from: number, count: number, behind: boolean): void {
  order(new Int32Array(memory.buffer, ORDERS, 8), RUN, from, count, behind);
  work(exports, part, batch, from, count, behind);
}

function order(orders: Int32Array, what: number, from: number, count: number, behind: boolean): void {
  orders.set([what, from, count, behind ? 1 : 0], 1);
  Atomics.add(orders, 0, 1);
  Atomics.notify(orders, 0);
}

function work(exports: MachineExports, part: Part, batch: number, from: number, count: number, behind: boolean): void {
  const [first, last] = share(count * batch, part, 2);
  if (last > first) exports.ahead(from * batch + first, last - first);
  exports.loop(from, count);
  if (behind && last > first) exports.behind(from * batch + first, last - first);
  exports.meet?.();
}

/** A mate's life at one memory: blocks its thread until it is told to leave. */
export function serve({ module, memory, part, batch, seen }: MateJob): void {
  const exports = new WebAssembly.Instance(module, { m: { memory } }).exports as unknown as MachineExports;
  const orders = new Int32Array(memory.buffer, ORDERS, 8);
  let heard = seen;
  for (;;) {
    heard = next(orders, heard);
    if (orders[1] === LEAVE) return;
    work(exports, part, batch, orders[2]!, orders[3]!, orders[4] === 1);
  }
}

/** Waits for the next order: a moment awake, then asleep. */
function next(orders: Int32Array, heard: number): number {
  for (let k = 0; k < 50_000; k++) if (Atomics.load(orders, 0) !== heard) return Atomics.load(orders, 0);
  while (Atomics.load(orders, 0) === heard) Atomics.wait(orders, 0, heard);
  return Atomics.load(orders, 0);
}
