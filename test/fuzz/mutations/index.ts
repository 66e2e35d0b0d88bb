/** The ways to damage a file. */
import type { Next } from '../file';
import { byteMutations } from './bytes';
import { jsonMutations } from './json';
import { numberMutations } from './numbers';
import { textMutations } from './texts';
import { zipMutations } from './zips';

export interface Mutation {
  readonly name: string;
  /** A changed copy of `bytes` (never empty), maybe with pieces of `other`; undefined where it does not apply. */
  apply(bytes: Uint8Array, next: Next, other: Uint8Array): Uint8Array | undefined;
}

/** Adding one is a word here. */
export const mutations: readonly Mutation[] = [...byteMutations, ...numberMutations, ...textMutations, ...jsonMutations, ...zipMutations];
