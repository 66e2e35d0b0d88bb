/** Lint of recurrent layers. Only what is certain from the code: a wrong warning costs more than a missing one. */
import type { Found } from '../framework';
import type { Problem } from '../outline';
import type { Module } from '../code/scopes';
import { usesOf } from '../uses';
import { batchFirstMixed } from './batchFirstMixed';
import { batchTimeOrder } from './batchTimeOrder';
import { cellLoop } from './cellLoop';
import { doubleActivation } from './doubleActivation';
import { dropoutSingleLayer } from './dropoutSingleLayer';
import { dropoutZero } from './dropoutZero';
import { forgetBias } from './forgetBias';
import { gruNotPortable } from './gruNotPortable';
import { h0Shape } from './h0Shape';
import { ignored } from './ignore';
import { inputShape } from './inputShape';
import { lastStepBidirectional } from './lastStepBidirectional';
import { lastStepPadded } from './lastStepPadded';
import { noFusedKernel } from './noFusedKernel';
import { projectionLstmOnly } from './projectionLstmOnly';
import { projectionTooLarge } from './projectionTooLarge';
import { reluRnn } from './reluRnn';
import { returnSequences } from './returnSequences';
import { rnnInSequential } from './rnnInSequential';
import { problemOf, type Rule } from './rule';
import { sizeMismatch } from './sizeMismatch';
import { sizeNotPositive } from './sizeNotPositive';
import { statefulWithoutBatch } from './statefulWithoutBatch';
import { statesNotDetached } from './statesNotDetached';
import { tracing } from './trace';
import { viewMixesSamples } from './viewMixesSamples';
import { wrongUnpacking } from './wrongUnpacking';

/** Rules known; a new one is a file, a word here, a page in docs/rules and a row in the manifest's setting. */
export const rules: readonly Rule[] = [
  sizeNotPositive, sizeMismatch, dropoutSingleLayer, dropoutZero, projectionTooLarge, projectionLstmOnly, rnnInSequential,
  batchTimeOrder, batchFirstMixed, h0Shape, lastStepBidirectional, lastStepPadded, viewMixesSamples, statesNotDetached, doubleActivation, cellLoop,
  reluRnn, forgetBias, noFusedKernel, returnSequences, statefulWithoutBatch, gruNotPortable,
  wrongUnpacking, inputShape,
];

/** All problems of one layer. Spans count in the parsed text, but those of fixes and related places in the original. */
export function lint(found: Found, all: readonly Found[], module: Module): readonly Problem[] {
  const uses = usesOf(all, module).get(found) ?? [];
  const asked = { found, all, module, uses, t: () => tracing(module, all) };
  return rules.filter(r => r.frameworks.includes(found.draft.framework))
    .flatMap(rule => rule.check(asked).filter(f => !ignored(module, f.span, rule.code)).map(f => problemOf(rule, f, module)));
}
