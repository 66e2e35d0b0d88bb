/**
 * What a UI test may ask: where things were drawn and with which colours, so that it can read pixels of the real canvases and turn
 * them back into values. Nothing here knows the values themselves.
 */
import { ENTRIES, entry, unpack, type Rgb, type Scale } from './ramps';
import { rowsOf, type State } from './state';
import { scaleOf } from './theme';
import { topOf } from './views/timeline/layout';
import type { SignalRow } from './views/timeline/row';

/** Set by the view that is shown. */
export const drawn: { rows: () => readonly SignalRow[]; state: () => State | undefined } = { rows: () => [], state: () => undefined };

export interface DrawnRow {
  readonly signal: string;
  /** Finds the canvas. */
  readonly selector: string;
  readonly from: number;
  readonly to: number;
  /** Steps a column; values are means where it is over 1. */
  readonly bucket: number;
  readonly units: number;
  /** Units a line, `lineHeight` CSS pixels high, in this order from the top. */
  readonly pool: number;
  readonly lineHeight: number;
  /** CSS pixels from the canvas' top to each line's. */
  readonly tops: readonly number[];
  readonly order: readonly number[];
  /** CSS pixels of the page; the canvas has `ratio` device pixels a CSS pixel. */
  readonly rect: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly ratio: number;
  readonly scale: Scale;
  /** Colours of entries 0..255, as drawn now; entry k is value k/255 (unit), (k/127.5-1)*max (signed) or atanh((k/127.5-1)*max) (tanh). */
  readonly ramp: readonly Rgb[];
  readonly notFinite: Rgb;
}

export interface Probe {
  drawn(): { readonly revision: number; readonly selection: State['selection']; readonly held: boolean; readonly rows: readonly DrawnRow[] };
  colourOf(signal: string, value: number): Rgb | undefined;
  /** Which run's numbers are shown, whether every row has been drawn with them, and whether units are where they stay. */
  shown(): { readonly run: string; readonly painted: boolean; readonly ordered: boolean };
  lines(): readonly { readonly signal: string; readonly points: Readonly<Record<string, readonly { readonly x: number; readonly y: number }[]>> }[];
}

declare global { interface Window { gatescope?: Probe } }

/** Puts the probe on the window. */
export function exposeProbe(bucket: (state: State) => number, painted: (state: State) => boolean, ordered: () => boolean): void {
  window.gatescope = {
    drawn: () => {
      const state = drawn.state();
      const rows = state ? drawn.rows().flatMap(row => rowDrawn(row, state, bucket(state))) : [];
      return { revision: state?.scene?.revision ?? -1, selection: state?.selection ?? { level: 0, direction: 0, unit: 0, step: 0, signal: '' }, held: state?.held ?? false, rows };
    },
    colourOf: (signal, value) => {
      const look = drawn.rows().find(row => row.signal.name === signal)?.look;
      return look && unpack(look.ramp[entry(look.scale, value)] ?? 0);
    },
    shown: () => {
      const state = drawn.state();
      return { run: state?.run ?? '', painted: state !== undefined && painted(state), ordered: ordered() };
    },
    lines: () => {
      const open = drawn.state()?.open ?? [];
      return drawn.rows().filter(row => open.includes(row.signal.name)).map(row => ({ signal: row.signal.name, points: row.chart?.points() ?? {} }));
    },
  };
}

function rowDrawn(row: SignalRow, state: State, bucket: number): DrawnRow[] {
  const { look, canvas, lines, signal } = row;
  if (!look || !rowsOf(state).includes(signal)) return [];
  const { x, y, width, height } = canvas.getBoundingClientRect();
  const colours = Array.from(look.ramp, unpack);
  return [{
    signal: signal.name, selector: `canvas.heat[data-signal="${CSS.escape(signal.name)}"]`, from: state.from, to: state.to, bucket, units: signal.units,
    pool: lines.pool, lineHeight: lines.line, tops: Array.from({ length: lines.count }, (_, k) => topOf(lines, k)), order: Array.from(look.order), rect: { x, y, width, height }, ratio: canvas.width / Math.max(1, width),
    scale: scaleOf(signal), ramp: colours.slice(0, ENTRIES), notFinite: colours[ENTRIES] ?? [0, 0, 0],
  }];
}
