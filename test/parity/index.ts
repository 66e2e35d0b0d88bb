/** The frameworks that are compared with. Adding one is a file and a word here. */
import type { Case } from './case';
import { equinoxCases } from './equinox';
import { flaxCases } from './flax';
import { kerasCases } from './keras';
import { onnxRuntimeCases } from './onnxruntime';
import { pytorchCases } from './pytorch';
import { tfjsCases } from './tfjs';

/** Each lists its cases, whose numbers come from fixtures or from running the framework. */
const frameworks: readonly (() => readonly Case[])[] = [pytorchCases, kerasCases, flaxCases, equinoxCases, tfjsCases, onnxRuntimeCases];

/** The cases of all frameworks. */
export function allCases(): readonly Case[] {
  return frameworks.flatMap(cases => cases());
}
