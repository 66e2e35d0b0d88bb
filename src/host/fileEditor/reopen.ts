/** Opening a file that may be half written: tried again for some seconds, less and less often. */

export interface Patience {
  /** Milliseconds before each further attempt. */
  readonly delays: readonly number[];
  readonly wait: (ms: number) => Promise<void>;
  /** True where nobody waits for the answer any more. */
  readonly stopped: () => boolean;
  /** Another attempt comes. */
  readonly failed: (error: unknown) => void;
}

/** Seven seconds and a half in all. */
export const DELAYS: readonly number[] = [250, 500, 1000, 1750, 4000];

/** The first success; undefined where it was stopped. @throws the last error */
export async function withPatience<T>(attempt: () => Promise<T>, { delays, wait, stopped, failed }: Patience): Promise<T | undefined> {
  for (let k = 0; ; k++) {
    try {
      const value = await attempt();
      return stopped() ? undefined : value;
    } catch (error) {
      if (stopped()) return undefined;
      const delay = delays[k];
      if (delay === undefined) throw error;
      failed(error);
      await wait(delay);
      if (stopped()) return undefined;
    }
  }
}
