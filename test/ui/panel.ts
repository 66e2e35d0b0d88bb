/** Acts on Gatescope's panel, and reads what is really on its canvases. */
import type { Frame, Page } from 'playwright-core';
import { openFile, palette, putCursor, webviewFrame } from './workbench';

type Rgb = readonly [number, number, number];

export interface DrawnRow {
  readonly signal: string; readonly selector: string; readonly from: number; readonly to: number; readonly bucket: number; readonly units: number;
  readonly pool: number; readonly lineHeight: number; readonly tops: readonly number[]; readonly order: readonly number[]; readonly rect: { readonly width: number; readonly height: number };
  readonly ratio: number; readonly scale: { readonly kind: string; readonly max?: number }; readonly ramp: readonly Rgb[];
}

export interface Drawn { readonly revision: number; readonly selection: { readonly level: number; readonly direction: number; readonly unit: number; readonly step: number; readonly signal: string }; readonly rows: readonly DrawnRow[] }

interface Probe { drawn(): Drawn; shown(): { readonly ordered: boolean }; lines(): readonly { signal: string; points: Record<string, readonly { x: number; y: number }[]> }[] }
type Probed = { gatescope?: Probe };

/** Opens a file, puts the cursor on a text in it and runs Visualize LSTM; answers the panel's frame once rows are drawn. */
export async function visualize(page: Page, path: string, line: number, column: number): Promise<Frame> {
  await openFile(page, path);
  await putCursor(page, line, column);
  await palette(page, 'Visualize LSTM');
  return drawnPanel(page);
}

/** The panel, once every row has been painted at the resolution of the window. */
export async function drawnPanel(page: Page): Promise<Frame> {
  const frame = await webviewFrame(page, 'canvas.heat');
  await settled(frame);
  return frame;
}

/** Gives the panel the whole width, by closing what stands beside it. */
export async function alone(page: Page): Promise<Frame> {
  await page.locator('.tabs-container .tab').filter({ hasText: 'Gatescope' }).click();
  await palette(page, 'View: Close Editors in Other Groups');
  await page.waitForTimeout(500); // the layout settles
  return drawnPanel(page);
}

/** Waits until rows are there, with units in the order that takes the worker a while, painted all over, and two looks a moment apart see the same pixels. */
export async function settled(frame: Frame): Promise<void> {
  await frame.waitForFunction(() => {
    const { gatescope } = window as unknown as Probed;
    return gatescope !== undefined && gatescope.drawn().rows.length > 0 && gatescope.shown().ordered;
  });
  let last = '';
  for (let k = 0; k < 100; k++) {
    const now = await frame.evaluate(() => [...document.querySelectorAll<HTMLCanvasElement>('canvas.heat')].map(c => {
      const pixels = c.getContext('2d')!.getImageData(0, 0, c.width, c.height).data;
      // A line through the first unit: a clear pixel there is a tile that has not come yet.
      const row = 4 * c.width;
      for (let x = 1; x < c.width - 1; x++) if (pixels[row + 4 * x + 3] === 0) return '';
      return c.toDataURL();
    }).join('|'));
    if (now === last && !now.split('|').includes('')) return;
    last = now;
    await frame.waitForTimeout(150);
  }
}

export const drawn = (frame: Frame): Promise<Drawn> => frame.evaluate(() => (window as unknown as Probed).gatescope!.drawn());

/** Points of the open rows' charts, as Chart.js has them. */
export const lines = (frame: Frame): Promise<readonly { signal: string; points: Record<string, readonly { x: number; y: number }[]> }[]> =>
  frame.evaluate(() => (window as unknown as Probed).gatescope!.lines());

/** What one heatmap pixel says: the value its colour stands for and the half-width of the colour's bin. */
export interface Sample { readonly unit: number; readonly step: number; readonly value: number; readonly tolerance: number }

/** Decodes pixels of a row's real canvas, at the middle of cells spread over units and steps, through the ramp. */
export async function samples(frame: Frame, row: DrawnRow, count = 60): Promise<Sample[]> {
  const { units, from, to, bucket, pool, lineHeight, tops, order, rect, ratio } = row;
  if (pool !== 1 || bucket !== 1) throw new Error(`${row.signal} is drawn pooled (${pool} units, ${bucket} steps): widen the window before decoding`);
  const places = Array.from({ length: count }, (_, k) => {
    const line = (k * 7) % units, step = Math.floor(from) + 1 + Math.floor(k * (to - from - 2) / count);
    return { unit: order[line]!, step, x: (step + 0.5 - from) / (to - from) * rect.width, y: tops[line]! + lineHeight / 2 };
  });
  const colours = await frame.evaluate(({ selector, places, ratio }) => {
    const canvas = document.querySelector<HTMLCanvasElement>(selector)!;
    const pixels = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return places.map(({ x, y }) => {
      const at = 4 * (Math.floor(y * ratio) * canvas.width + Math.floor(x * ratio));
      return [pixels.data[at]!, pixels.data[at + 1]!, pixels.data[at + 2]!] as const;
    });
  }, { selector: row.selector, places, ratio });
  return places.map(({ unit, step }, k) => ({ unit, step, ...decode(row, colours[k]!) }));
}

/** The value of the ramp's nearest colours; equal colours give a wide bin. */
function decode({ ramp, scale }: DrawnRow, colour: Rgb): { value: number; tolerance: number } {
  const distance = (k: number): number => Math.max(...[0, 1, 2].map(c => Math.abs(ramp[k]![c]! - colour[c]!)));
  const best = Math.min(...ramp.map((_, k) => distance(k)));
  const near = ramp.flatMap((_, k) => distance(k) <= best ? [k] : []);
  if (best > 8) throw new Error(`colour ${colour.join()} is not in the ramp (nearest is ${best} away)`);
  const [low, high] = [valueOf(scale, near[0]! - 0.6), valueOf(scale, near.at(-1)! + 0.6)];
  return { value: (low + high) / 2, tolerance: (high - low) / 2 };
}

function valueOf({ kind, max = 1 }: DrawnRow['scale'], entry: number): number {
  if (kind === 'unit') return entry / 255;
  const signed = entry / 127.5 - 1;
  return kind === 'tanh' ? Math.atanh(Math.max(-0.999999, Math.min(0.999999, signed))) : signed * max;
}
