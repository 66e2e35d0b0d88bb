/**
 * Windows of signals, fetched on demand and kept. A tile covers 256 columns of `bucket` steps (a power of two), so that tiles of one
 * resolution lie side by side and panning asks only for what is new. What is wanted is said anew each frame, most urgent first;
 * requests that are no longer wanted are never sent. Answers of an older revision are dropped.
 */
import type { RunId, Tile, TileRequest } from '../src/protocol';

export const TILE_COLUMNS = 256;

export interface TileKey {
  /** Of the run that the scene shows where absent. */
  readonly run?: RunId;
  readonly level: number;
  readonly direction: number;
  readonly signal: string;
  readonly bucket: number;
  /** The tile's place at its resolution: it starts at step index * 256 * bucket. */
  readonly index: number;
}

/** A row's tiles share these. */
export type Lane = Pick<TileKey, 'run' | 'level' | 'direction' | 'signal'>;

interface Entry { tile: Tile; whole: boolean; used: number; bytes: number }

export class Tiles {
  private readonly kept = new Map<string, Entry>();
  private readonly asked = new Set<string>();
  private queue: readonly TileKey[] = [];
  private revision = -1;
  private steps = 0;
  private clock = 0;
  private bytes = 0;

  constructor(
    private readonly fetch: (request: TileRequest) => Promise<Tile>,
    private readonly arrived: () => void,
    private readonly failed: (error: Error) => void,
    private readonly limits = { bytes: 160e6, parallel: 4 },
  ) {}

  /** Forgets all numbers of another revision. */
  reset(revision: number, steps: number): void {
    this.kept.clear();
    this.asked.clear();
    this.queue = [];
    [this.revision, this.steps, this.bytes] = [revision, steps, 0];
  }

  /** Says what is wanted now, most urgent first; replaces what was wanted before. */
  want(keys: readonly TileKey[]): void {
    this.queue = keys.filter(key => !this.kept.get(nameOf(key))?.whole);
    this.pump();
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
      const { run, level, direction, signal, bucket, from } = tile;
      this.keep(nameOf({ ...(run === undefined ? {} : { run }), level, direction, signal, bucket, index: from / (TILE_COLUMNS * bucket) }), tile, true);
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
    for (let bucket = 1; bucket <= coarsest(this.steps); bucket *= 2) {
      const tile = this.kept.get(nameOf({ ...lane, bucket, index: Math.floor(step / (bucket * TILE_COLUMNS)) }))?.tile;
      const column = tile ? Math.floor((step - tile.from) / tile.bucket) : -1;
      if (tile && column >= 0 && column < tile.columns) return { value: tile.mean[column * tile.units + unit] ?? NaN, bucket: tile.bucket };
    }
    return undefined;
  }

  private pump(): void {
    for (const key of this.queue) {
      if (this.asked.size >= this.limits.parallel) return;
      const name = nameOf(key);
      if (!this.asked.has(name) && !this.kept.get(name)?.whole) void this.ask(key, name);
    }
  }

  private async ask(key: TileKey, name: string): Promise<void> {
    const request = requestOf(key, this.revision, this.steps);
    this.asked.add(name);
    try {
      const tile = await this.fetch(request);
      if (request.revision !== this.revision || tile.revision !== this.revision) return;
      this.asked.delete(name);
      this.keep(name, tile, tile.from + tile.columns * tile.bucket >= request.to);
      this.arrived();
    } catch (error) {
      if (request.revision !== this.revision) return;
      this.asked.delete(name);
      this.queue = this.queue.filter(k => nameOf(k) !== name); // not asked again until wanted again
      this.failed(error instanceof Error ? error : new Error(String(error)));
    }
    this.pump();
  }

  private keep(name: string, tile: Tile, whole: boolean): void {
    const bytes = tile.mean.byteLength + (tile.min?.byteLength ?? 0) + (tile.max?.byteLength ?? 0);
    this.bytes += bytes - (this.kept.get(name)?.bytes ?? 0);
    this.kept.set(name, { tile, whole, used: ++this.clock, bytes });
    if (!whole) this.queue = this.queue.filter(k => nameOf(k) !== name); // the next progress wants it again
    if (this.bytes > this.limits.bytes) this.drop();
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

const nameOf = (key: TileKey): string => `${key.run ?? ''}/${key.level}/${key.direction}/${key.bucket}/${key.index}/${key.signal}`;

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
export function requestOf({ run, level, direction, signal, bucket, index }: TileKey, revision: number, steps: number): TileRequest {
  const from = index * TILE_COLUMNS * bucket;
  const to = Math.min(steps, from + TILE_COLUMNS * bucket);
  return { revision, ...(run === undefined ? {} : { run }), level, direction, signal, from, to, columns: Math.ceil((to - from) / bucket) };
}
