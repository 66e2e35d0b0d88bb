/** How unexpected each character was to the network: −log2 of the probability it gave it one step before. */

/** The read-out: logits = weight h + bias. */
export interface Decoder {
  /** [vocabulary, units] */
  readonly weight: Float32Array;
  /** [vocabulary] */
  readonly bias?: Float32Array | undefined;
}

/** What `surprise` reads. */
export interface SurpriseInput {
  /** [steps, units] */
  readonly h: Float32Array;
  readonly units: number;
  readonly decoder: Decoder;
  /** Index into the vocabulary a step; −1: not in it. */
  readonly ids: ArrayLike<number>;
}

/**
 * −log2 softmax(weight h[t−1] + bias)[ids[t]] in bits for steps from ≤ t < to (all steps by default), softmax in float64.
 * NaN at t = 0, where the id is −1 or missing, and where a logit is not finite. Throws where the sizes do not fit.
 * Cost is (to − from) x vocabulary x units: give a long sequence in pieces.
 */
export function surprise(input: SurpriseInput, from = 0, to = stepsOf(input)): Float32Array {
  const { h, units, decoder, ids } = input;
  const vocabulary = checked(input);
  const logits = new Float64Array(vocabulary);
  return Float32Array.from({ length: Math.max(0, to - from) }, (_, k) => {
    const t = from + k, id = ids[t] ?? -1;
    if (t < 1 || t >= stepsOf(input) || id < 0 || id >= vocabulary) return NaN;
    fillLogits(logits, decoder, h, (t - 1) * units, units);
    return (logSumExp(logits) - logits[id]!) / Math.LN2;
  });
}

function stepsOf({ h, units }: SurpriseInput): number {
  return Math.floor(h.length / units);
}

function checked({ h, units, decoder: { weight, bias } }: SurpriseInput): number {
  const vocabulary = weight.length / units;
  if (!(units > 0) || !Number.isInteger(vocabulary) || !Number.isInteger(h.length / units)) {
    throw new Error(`Expected h [steps, ${units}] and a decoder [vocabulary, ${units}], found ${h.length} and ${weight.length} numbers. Choose the decoder of this layer.`);
  }
  if (bias && bias.length !== vocabulary) {
    throw new Error(`Expected a decoder bias of ${vocabulary} numbers, found ${bias.length}. Choose the bias that belongs to the decoder.`);
  }
  return vocabulary;
}

function fillLogits(logits: Float64Array, { weight, bias }: Decoder, h: Float32Array, at: number, units: number): void {
  for (let v = 0, w = 0; v < logits.length; v++) {
    let sum = bias?.[v] ?? 0;
    for (let u = 0; u < units; u++, w++) sum += weight[w]! * h[at + u]!;
    logits[v] = sum;
  }
}

/** ln Σ exp, from the largest so that nothing overflows. */
function logSumExp(logits: Float64Array): number {
  const top = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  return top + Math.log(logits.reduce((sum, v) => sum + Math.exp(v - top), 0));
}
