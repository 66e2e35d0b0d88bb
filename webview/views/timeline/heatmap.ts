/** A row of the timeline: units down, steps across, one colour a value. Each tile is painted once into a small bitmap and then only stretched. */
import type { Tile } from '../../../src/protocol';
import { entry, type Scale } from '../../ramps';
import { topOf, xOf, type Lines, type Span } from './layout';

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
  /** Written over for each tile: most are of one size. */
  private image: ImageData | undefined;

  /** `width` in CSS pixels; the context is scaled to CSS pixels. */
  draw(context: CanvasRenderingContext2D, tiles: readonly Tile[], look: HeatmapLook, span: Span, width: number, height: number): void {
    const ratio = context.getTransform().a || 1;
    const snap = (x: number): number => Math.round(x * ratio) / ratio; // no seams between tiles
    context.imageSmoothingEnabled = false;
    this.recycle(tiles);
    for (const tile of tiles) {
      if (tile.columns === 0 || look.lines.count === 0) continue;
      const [left, right] = [snap(xOf(span, width, tile.from)), snap(xOf(span, width, tile.from + tile.columns * tile.bucket))];
      this.paint(context, this.bitmap(tile, look), look.lines, left, right - left, height);
    }
  }

  /** Group by group, with room between them. */
  private paint(context: CanvasRenderingContext2D, bitmap: HTMLCanvasElement, lines: Lines, left: number, width: number, height: number): void {
    if (!lines.gaps) { context.drawImage(bitmap, left, 0, width, height); return; }
    const borders = [0, ...lines.gaps, lines.count];
    for (let k = 0; k + 1 < borders.length; k++) {
      const [first, count] = [borders[k]!, borders[k + 1]! - borders[k]!];
      context.drawImage(bitmap, 0, first, bitmap.width, count, left, topOf(lines, first), width, count * lines.line);
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
    const count = tile.part ? tile.units : look.lines.count;
    if (bitmap.width !== tile.columns) bitmap.width = tile.columns;
    if (bitmap.height !== count) bitmap.height = count;
    const image = this.image?.width === tile.columns && this.image.height === count ? this.image : new ImageData(tile.columns, count);
    this.image = image;
    fill(new Uint32Array(image.data.buffer), tile, look);
    bitmap.getContext('2d')?.putImageData(image, 0, 0);
    this.bitmaps.set(tile, { look, bitmap });
    return bitmap;
  }
}

const isPassing = ({ run }: Tile): boolean => run?.startsWith('changed:') ?? false;

const sameLook = (a: HeatmapLook, b: HeatmapLook): boolean =>
  a.ramp === b.ramp && a.order === b.order && a.lines.pool === b.lines.pool && a.lines.count === b.lines.count && sameScale(a.scale, b.scale);
const sameScale = (a: Scale, b: Scale): boolean => a.kind === b.kind && maxOf(a) === maxOf(b);
const maxOf = (scale: Scale): number => (scale.kind === 'unit' ? 1 : scale.max);

/** Writes pixels [lines, columns]; a line shows the mean of its units, or "not finite" if one of them is. Of some tiles the units come as lines already. */
export function fill(pixels: Uint32Array, tile: Tile, { scale, ramp, order, lines }: HeatmapLook): void {
  const { columns, units, shades } = tile;
  if (shades && sameScale(shades.scale, scale) && (tile.part || lines.pool === 1)) {
    for (let line = 0; line < units; line++) {
      const from = tile.part ? line : order[line]!, row = line * columns;
      for (let column = 0, k = from; column < columns; column++, k += units) pixels[row + column] = ramp[shades.entries[k]!]!;
    }
    return;
  }
  const { mean } = tile;
  if (tile.part) {
    for (let column = 0, k = 0; column < columns; column++) for (let line = 0; line < units; line++, k++) pixels[line * columns + column] = ramp[entry(scale, mean[k]!)]!;
    return;
  }
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
