/**
 * Windows of signals, fetched on demand and kept. A tile covers 256 columns of `bucket` steps (a power of two), so that tiles of one
 * resolution lie side by side and panning asks only for what is new. What is wanted is said anew each frame, most urgent first, and
 * asked for several at a time; requests that are no longer wanted are never sent. Answers of an older revision are dropped.
 */
import type { Part, RunId, Tile, TileRequest } from '../src/protocol';
import type { Scale, Shades } from '../src/shades';

export const TILE_COLUMNS = 256;

export interface TileKey {
  /** Of the run that the scene shows where absent. */
  readonly run?: RunId;
  readonly level: number;
  readonly direction: number;
  readonly signal: string;
  /** All units where absent. */
  readonly part?: Part;
  /** Least and greatest of pooled steps are wanted too. */
  readonly extremes?: boolean;
  /** It is only painted: its shades are enough. */
  readonly rough?: boolean;
  readonly bucket: number;
  /** The tile's place at its resolution: it starts at step index * 256 * bucket. */
  readonly index: number;
}

/** A row's tiles share these. */
export type Lane = Pick<TileKey, 'run' | 'level' | 'direction' | 'signal' | 'part' | 'extremes' | 'rough'>;

interface Entry { tile: Tile; whole: boolean; used: number; bytes: number }

/** `parallel` questions at a time, of at most `together` tiles each. */
export interface Limits { readonly bytes: number; readonly parallel: number; readonly together: number }

export class Tiles {
  private readonly kept = new Map<string, Entry>();
  private readonly asked = new Set<string>();
  private queue: readonly TileKey[] = [];
  private revision = -1;
  private steps = 0;
  private clock = 0;
  private bytes = 0;
  private open = 0;

  constructor(
    private readonly fetch: (requests: readonly TileRequest[]) => Promise<readonly Tile[]>,
    private readonly arrived: () => void,
    private readonly failed: (error: Error) => void,
    private readonly limits: Limits = { bytes: 48e6, parallel: 3, together: 8 },
  ) {}

  /** Forgets all numbers of another revision. */
  reset(revision: number, steps: number): void {
    this.kept.clear();
    this.asked.clear();
    this.queue = [];
    [this.revision, this.steps, this.bytes, this.open] = [revision, steps, 0, 0];
  }

  /** Says what is wanted now, most urgent first; replaces what was wanted before. */
  want(keys: readonly TileKey[]): void {
    this.queue = [...new Map(keys.filter(key => !this.has(key)).map(key => [wishOf(key), key])).values()];
    this.pump();
  }

  /** Fetches what is not there yet, whatever else is wanted. */
  async bring(keys: readonly TileKey[]): Promise<void> {
    const missing = keys.filter(key => !this.has(key));
    for (let k = 0; k < missing.length; k += this.limits.together) await this.ask(missing.slice(k, k + this.limits.together));
  }

  get(key: TileKey): Tile | undefined {
    const entry = this.kept.get(nameOf(key));
    if (entry) entry.used = ++this.clock;
    return entry?.tile;
  }

  /** Tiles that came another way. */
  take(tiles: readonly Tile[]): void {
    for (const tile of tiles) {
      if (tile.revision !== this.revision) continue;
      const { run, level, direction, signal, part, bucket } = tile;
      this.keep({ ...(run !== undefined && { run }), level, direction, signal, ...(part && { part }), bucket, index: tile.from / (TILE_COLUMNS * bucket) }, tile, true);
    }
  }

  /** What is there of steps [from, to): coarser tiles first, those of the wanted resolution last, to be painted in this order. */
  covering(lane: Lane, from: number, to: number, bucket: number): Tile[] {
    const found: Tile[] = [];
    for (let b = coarsest(this.steps); b >= bucket; b /= 2) {
      for (const key of keysOf(lane, from, to, b, this.steps)) {
        const tile = this.get(key);
        if (tile) found.push(tile);
      }
    }
    return found;
  }

  /** The finest known value of a unit at a step; `bucket` over 1 says that it is a mean of so many steps. */
  value(lane: Lane, unit: number, step: number): { readonly value: number; readonly bucket: number } | undefined {
    const own = { ...lane, part: { first: unit, end: unit + 1 } };
    for (let bucket = 1; bucket <= coarsest(this.steps); bucket *= 2) {
      const index = Math.floor(step / (bucket * TILE_COLUMNS));
      for (const key of [lane, own]) {
        const tile = this.kept.get(nameOf({ ...key, bucket, index }))?.tile;
        const column = tile ? Math.floor((step - tile.from) / tile.bucket) : -1;
        if (tile && !tile.shades && column >= 0 && column < tile.columns) return { value: tile.mean[column * tile.units + placeOf(tile, unit)] ?? NaN, bucket: tile.bucket };
      }
    }
    return undefined;
  }

  /** Whether all of a tile is there that is wanted of it. */
  has(key: TileKey): boolean {
    const entry = this.kept.get(nameOf(key));
    return entry !== undefined && entry.whole && (key.rough || !entry.tile.shades) && (!key.extremes || key.bucket === 1 || entry.tile.min !== undefined);
  }

  private pump(): void {
    const keys = this.queue.filter(key => !this.asked.has(wishOf(key)) && !this.has(key));
    for (let k = 0; k < keys.length && this.open < this.limits.parallel; k += this.limits.together) {
      this.open++;
      const { revision } = this;
      void this.ask(keys.slice(k, k + this.limits.together)).then(() => {
        if (revision !== this.revision) return;
        this.open--;
        this.pump();
      });
    }
  }

  private async ask(keys: readonly TileKey[]): Promise<void> {
    const { revision, steps } = this;
    const requests = keys.map(key => requestOf(key, revision, steps));
    for (const key of keys) this.asked.add(wishOf(key));
    let problem: unknown;
    const tiles = await this.fetch(requests).catch((error: unknown) => { problem = error; return []; });
    if (revision !== this.revision) return;
    for (const key of keys) this.asked.delete(wishOf(key));
    if (problem !== undefined) {
      this.forget(keys); // not asked again until wanted again
      this.failed(problem instanceof Error ? problem : new Error(String(problem)));
      return;
    }
    for (const [k, tile] of tiles.entries()) {
      if (tile.revision === revision) this.keep(keys[k]!, tile, tile.from + tile.columns * tile.bucket >= requests[k]!.to);
    }
    this.arrived();
  }

  private keep(key: TileKey, tile: Tile, whole: boolean): void {
    const name = nameOf(key), known = this.kept.get(name);
    if (known?.whole && known.tile.min && !tile.min) return; // it says less than what is there
    const bytes = tile.shades?.entries.byteLength ?? tile.mean.byteLength + (tile.min?.byteLength ?? 0) + (tile.max?.byteLength ?? 0);
    this.bytes += bytes - (known?.bytes ?? 0);
    this.kept.set(name, { tile, whole, used: ++this.clock, bytes });
    if (!whole) this.forget([key]); // the next progress wants it again
    if (this.bytes > this.limits.bytes) this.drop();
  }

  private forget(keys: readonly TileKey[]): void {
    const names = new Set(keys.map(nameOf));
    this.queue = this.queue.filter(key => !names.has(nameOf(key)));
  }

  /** Lets go of the tiles not looked at for longest, until a quarter is free. */
  private drop(): void {
    const oldest = [...this.kept].sort((a, b) => a[1].used - b[1].used);
    for (const [name, { bytes }] of oldest) {
      if (this.bytes <= 0.75 * this.limits.bytes) return;
      this.kept.delete(name);
      this.bytes -= bytes;
    }
  }
}

const nameOf = (key: TileKey): string => `${key.run ?? ''}/${key.level}/${key.direction}/${key.bucket}/${key.index}/${partName(key.part)}/${key.signal}`;
/** A tile without extremes is another wish than the same with them. */
const wishOf = (key: TileKey): string => `${key.extremes ?? false} ${nameOf(key)}`;

function partName(part: Part | undefined): string {
  if (part === undefined || part === 'bands') return part ?? '';
  return 'first' in part ? `${part.first} ${part.end}` : `${part.order} ${part.pool}`;
}

/** A tile of which only the shades came: each number is the middle of what has its entry, worked out where somebody asks. */
export function shaded(tile: Omit<Tile, 'mean'>, shades: Shades): Tile {
  let known: Float32Array | undefined;
  return { ...tile, shades, get mean() { return known ??= Float32Array.from(shades.entries, e => middleOf(shades.scale, e / 255)); } };
}

function middleOf(scale: Scale, at: number): number {
  const value = scale.kind === 'unit' ? at : (2 * at - 1) * scale.max;
  return scale.kind === 'tanh' ? Math.atanh(Math.max(-0.999, Math.min(0.999, value))) : value;
}

/** Where a unit is in the columns of a tile that has it. */
export const placeOf = ({ part }: Tile, unit: number): number => (typeof part === 'object' && 'first' in part ? unit - part.first : unit);

/** Tiles at a resolution that touch steps [from, to). */
export function keysOf(lane: Lane, from: number, to: number, bucket: number, steps: number): TileKey[] {
  const width = TILE_COLUMNS * bucket;
  if (from >= Math.min(steps, to)) return [];
  const [first, last] = [Math.floor(Math.max(0, from) / width), Math.ceil(Math.min(steps, to) / width) - 1];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => ({ ...lane, bucket, index: first + k }));
}

/** The resolution at which at most two tiles hold the whole sequence. */
export function coarsest(steps: number): number {
  let bucket = 1;
  while (steps > 2 * TILE_COLUMNS * bucket) bucket *= 2;
  return bucket;
}

/** Steps a column so that no column is narrower than a pixel: a power of two. */
export function bucketFor(span: number, pixels: number): number {
  let bucket = 1;
  while (span / bucket > Math.max(1, pixels)) bucket *= 2;
  return bucket;
}

/** What is asked for a tile. */
export function requestOf({ run, level, direction, signal, part, extremes, bucket, index }: TileKey, revision: number, steps: number): TileRequest {
  const from = index * TILE_COLUMNS * bucket;
  const to = Math.min(steps, from + TILE_COLUMNS * bucket);
  return { revision, ...(run === undefined ? {} : { run }), level, direction, signal, from, to, columns: Math.ceil((to - from) / bucket), ...(part && { part }), ...(extremes && { extremes }) };
}
