/** Runs a network over a window of a sequence of any length, block by block: what is held does not grow with the sequence. */
import { running, type NetworkStates, type RunOptions } from '../core/engine';
import type { Network } from '../core/layer';
import { numbersPerStep } from '../core/recording/budget';
import { atOnce, recording, type Place } from '../core/recording/recording';
import type { Rows } from '../core/rows';

export interface Window { readonly from: number; readonly to: number }

/** Takes steps of a signal, [steps, units], from step `from` on. */
export type Put = (place: Place, from: number, data: Float32Array) => Promise<void>;

/**
 * Hands out what is recorded of the window and answers with the states after the last step that was run. `start` is the step before which
 * the initial states stand. A forward network runs up to the window's end; a reverse direction needs the whole sequence.
 */
export function runWindow(network: Network, rows: Rows, window: Window, start: number, options: RunOptions, put: Put): Promise<NetworkStates> {
  const layers = network.levels.flatMap(l => l.directions);
  const size = blockSteps(network, options);
  if (layers.every(l => l.direction === 'forward' && l.length === undefined)) return runForward(network, rows, window, start, size, options, put);
  const whole = layers.some(l => l.direction === 'reverse') ? rows.steps : window.to;
  return runRecorded(network, { ...rows, steps: whole }, window, size, options, put);
}

async function runForward(network: Network, rows: Rows, window: Window, start: number, size: number, options: RunOptions, put: Put): Promise<NetworkStates> {
  let initial = options.initial;
  for (const [from, to] of [...blocks(start, window.from, size), ...blocks(window.from, window.to, size)]) {
    const inside = from >= window.from;
    const trace = atOnce(running(network, rows.read(from, to), to - from, { ...options, ...(!inside && { record: [], preactivations: false }), initial, piece: Infinity }));
    initial = trace.levels.map(l => l.directions.map(d => d.final));
    if (!inside) continue;
    for (const [level, { directions }] of trace.levels.entries()) for (const [direction, d] of directions.entries()) {
      for (const [signal, data] of Object.entries(d.signals)) await put({ level, direction, signal }, from, data);
    }
  }
  return initial!;
}

async function runRecorded(network: Network, rows: Rows, window: Window, size: number, options: RunOptions, put: Put): Promise<NetworkStates> {
  const recorded = atOnce(recording(network, rows, options));
  for (const [from, to] of blocks(window.from, window.to, size)) {
    for (const [level, { directions }] of recorded.levels.entries()) for (const [direction, { signals }] of directions.entries()) {
      for (const { name: signal } of signals) if (signal !== 'x') await put({ level, direction, signal }, from, atOnce(recorded.reading({ level, direction, signal }, from, to)));
    }
  }
  return recorded.final;
}

/** Bytes of rows and signals that one block may take. */
const BLOCK = 2 ** 25;
const MOST_STEPS = 8192;

function blockSteps(network: Network, options: RunOptions): number {
  return Math.max(1, Math.min(MOST_STEPS, Math.floor(BLOCK / (4 * numbersPerStep(network, options)))));
}

function blocks(from: number, to: number, size: number): (readonly [number, number])[] {
  return Array.from({ length: Math.ceil((to - from) / size) }, (_, k) => [from + k * size, Math.min(to, from + (k + 1) * size)] as const);
}
