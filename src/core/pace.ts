/** Long work in short pieces: a generator yields its progress often, and `drive` lets others have their turn in between. */

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly what: string;
}

/** Someone asked the work to stop. */
export class Cancelled extends Error {
  constructor() {
    super('Stopped before it was done.');
    this.name = 'Cancelled';
  }
}

export interface DriveOptions {
  /** An AbortSignal, or anything that says so: looked at after every piece. */
  readonly signal?: { readonly aborted: boolean };
  readonly onProgress?: (progress: Progress) => void;
  /** Resolves when the work may go on; by default after the event loop had a turn. */
  readonly pause?: () => Promise<void>;
}

/** Runs the work to its end. @throws Cancelled when the signal is aborted */
export async function drive<T>(work: Generator<Progress, T>, { signal, onProgress, pause = turn }: DriveOptions = {}): Promise<T> {
  for (;;) {
    if (signal?.aborted) throw new Cancelled();
    const piece = work.next();
    if (piece.done) return piece.value;
    onProgress?.(piece.value);
    await pause();
  }
}

/** A piece of work lasts about so long, in milliseconds: less than a frame. */
const PIECE = 8;

/** Counts steps and says when a piece has lasted long enough. */
export class Meter {
  private done = 0;
  private since = Date.now();

  constructor(private readonly total: number, private readonly piece = PIECE) {}

  /** Some steps are done; the progress, where it is time to yield. */
  step(what: string, count = 1): Progress | undefined {
    this.done += count;
    return Date.now() - this.since < this.piece ? undefined : { done: this.done, total: this.total, what };
  }

  /** To be called when the work goes on. */
  resume(): void {
    this.since = Date.now();
  }
}

/** Timers are no part of the language, and each of the places this runs in declares its own. */
const timers = globalThis as unknown as { setTimeout(call: () => void): unknown };

function turn(): Promise<void> {
  return new Promise(resolve => { timers.setTimeout(resolve); });
}
