/** Models whose pieces of a recording have a length that no file says: known by the names of their inputs. */

export interface Family {
  readonly name: string;
  /** Names of all inputs, sorted. */
  readonly inputs: readonly string[];
  /** By samples a second: new samples a piece, and how many of the piece before are given again in front of them. */
  /** What outputs of one number are, in words. */
  readonly says: Readonly<Record<string, string>>;
  readonly pieces: Readonly<Record<number, { readonly chunk: number; readonly context: number }>>;
}

/** The lengths are those of the models' own examples. */
const families: readonly Family[] = [
  { name: 'Silero VAD 5', inputs: ['input', 'sr', 'state'], says: { output: 'speech probability' }, pieces: { 16000: { chunk: 512, context: 64 }, 8000: { chunk: 256, context: 32 } } },
  { name: 'Silero VAD 4', inputs: ['c', 'h', 'input', 'sr'], says: { output: 'speech probability' }, pieces: { 16000: { chunk: 1536, context: 0 }, 8000: { chunk: 768, context: 0 } } },
];

/** The family of a model with these inputs. */
export const familyOf = (inputs: readonly string[]): Family | undefined => families.find(f => f.inputs.join() === [...inputs].sort().join());
