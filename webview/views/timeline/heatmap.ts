/** A row of the timeline: units down, steps across, one colour a value. Each tile is painted once into a small bitmap and then only stretched. */
import type { Tile } from '../../../src/protocol';
import { entry, type Scale } from '../../ramps';
import { xOf, type Lines, type Span } from './layout';

export interface HeatmapLook {
  readonly scale: Scale;
  /** 257 colours, see ../../ramps. */
  readonly ramp: Uint32Array;
  readonly order: Int32Array;
  readonly lines: Lines;
}

interface Painted { readonly look: HeatmapLook; readonly bitmap: HTMLCanvasElement }

/** Paints tiles, coarse to fine, into the canvas; remembers bitmaps as long as their tiles and look live. */
export class Heatmap {
  private readonly bitmaps = new WeakMap<Tile, Painted>();
  /** Tiles of a changed run that were drawn last: their bitmaps serve the next, since such a run is not seen again. */
  private passing: readonly Tile[] = [];
  private readonly spare: HTMLCanvasElement[] = [];

  /** `width` in CSS pixels; the context is scaled to CSS pixels. */
  draw(context: CanvasRenderingContext2D, tiles: readonly Tile[], look: HeatmapLook, span: Span, width: number, height: number): void {
    const ratio = context.getTransform().a || 1;
    const snap = (x: number): number => Math.round(x * ratio) / ratio; // no seams between tiles
    context.imageSmoothingEnabled = false;
    this.recycle(tiles);
    for (const tile of tiles) {
      if (tile.columns === 0 || look.lines.count === 0) continue;
      const [left, right] = [snap(xOf(span, width, tile.from)), snap(xOf(span, width, tile.from + tile.columns * tile.bucket))];
      context.drawImage(this.bitmap(tile, look), left, 0, right - left, height);
    }
  }

  private recycle(tiles: readonly Tile[]): void {
    for (const tile of this.passing) {
      const known = tiles.includes(tile) ? undefined : this.bitmaps.get(tile);
      if (!known) continue;
      this.bitmaps.delete(tile);
      this.spare.push(known.bitmap);
    }
    this.passing = tiles.filter(isPassing);
  }

  private bitmap(tile: Tile, look: HeatmapLook): HTMLCanvasElement {
    const known = this.bitmaps.get(tile);
    if (known && sameLook(known.look, look)) return known.bitmap;
    const bitmap = known?.bitmap ?? this.spare.pop() ?? document.createElement('canvas');
    if (bitmap.width !== tile.columns) bitmap.width = tile.columns;
    if (bitmap.height !== look.lines.count) bitmap.height = look.lines.count;
    const image = new ImageData(tile.columns, look.lines.count);
    fill(new Uint32Array(image.data.buffer), tile, look);
    bitmap.getContext('2d')?.putImageData(image, 0, 0);
    this.bitmaps.set(tile, { look, bitmap });
    return bitmap;
  }
}

const isPassing = ({ run }: Tile): boolean => run?.startsWith('changed:') ?? false;

const sameLook = (a: HeatmapLook, b: HeatmapLook): boolean =>
  a.ramp === b.ramp && a.order === b.order && a.lines.pool === b.lines.pool && a.lines.count === b.lines.count
  && a.scale.kind === b.scale.kind && maxOf(a.scale) === maxOf(b.scale);
const maxOf = (scale: Scale): number => (scale.kind === 'unit' ? 1 : scale.max);

/** Writes pixels [lines, columns]; a line shows the mean of its units, or "not finite" if one of them is. */
export function fill(pixels: Uint32Array, tile: Tile, { scale, ramp, order, lines }: HeatmapLook): void {
  const { columns, units, mean } = tile;
  for (let column = 0; column < columns; column++) { // a column's units lie together
    const start = column * units;
    for (let line = 0; line < lines.count; line++) {
      const first = line * lines.pool;
      const end = Math.min(first + lines.pool, order.length);
      let sum = 0;
      for (let k = first; k < end; k++) sum += mean[start + order[k]!]!;
      pixels[line * columns + column] = ramp[entry(scale, sum / (end - first))]!;
    }
  }
}
