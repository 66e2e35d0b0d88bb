/** A cell: the one-step rule, written as equations (see ../equations.ts), and where it comes from. */
export interface Cell {
  /** Stable key, as in traces and bindings: `lstm`, `gruResetBefore`. Variants made by a reader append what they change: `lstm+clip`. */
  readonly id: string;
  /** `LSTM`, `GRU`, `RNN`: what people call it. */
  readonly name: string;
  /** What an outline calls it. */
  readonly family: 'rnn' | 'lstm' | 'gru' | 'other';
  /** One clause on what this form does differently: `reset after the matrix product`. */
  readonly variant: string;
  /** The equations, one a line, with a label after two spaces. */
  readonly equations: string;
  /** The paper or the framework's document. */
  readonly source: string;
}
