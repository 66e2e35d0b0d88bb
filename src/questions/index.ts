/** What views ask the worker, and what they are answered: plain data, by the name of the study. Types only, so that the webview can know them. */
import type { CellAnswer, CellAsk, DiagramAnswer, DiagramAsk, SplitAnswer, SplitAsk } from './cell';
import type { CompareAnswer, CompareAsk, DivergenceAnswer, DivergenceAsk, MomentAnswer, MomentAsk, PaceAnswer, PaceAsk, ReachAnswer, ReachAsk } from './compare';
import type { GradientAnswer, GradientAsk, GradientSpreadAnswer, GradientSpreadAsk, JacobiansAnswer, JacobiansAsk } from './gradient';
import type { GroupsAnswer, GroupsAsk } from './groups';
import type { FixedPointsAnswer, FixedPointsAsk } from './fixedPoints';
import type { HealthAnswer, HealthAsk } from './health';
import type { MemoryAnswer, MemoryAsk } from './memory';
import type { RangeAnswer, RangeAsk } from './range';
import type { SequencesAnswer, SequencesAsk } from './sequences';
import type { SimilarAnswer, SimilarAsk } from './similar';
import type { StateSpaceAnswer, StateSpaceAsk } from './stateSpace';
import type { LabelsAnswer, LabelsAsk, SilenceAnswer, SilenceAsk, UnitAnswer, UnitAsk, UnitsAnswer, UnitsAsk } from './units';
import type { WeightsAnswer, WeightsAsk } from './weights';
import type { DepartureAnswer, DepartureAsk, WhatIfAnswer, WhatIfAsk } from './whatIf';

export interface Questions {
  readonly cell: Question<CellAsk, CellAnswer>;
  readonly diagram: Question<DiagramAsk, DiagramAnswer>;
  readonly split: Question<SplitAsk, SplitAnswer>;
  readonly compare: Question<CompareAsk, CompareAnswer>;
  readonly moment: Question<MomentAsk, MomentAnswer>;
  readonly reach: Question<ReachAsk, ReachAnswer>;
  readonly pace: Question<PaceAsk, PaceAnswer>;
  readonly divergence: Question<DivergenceAsk, DivergenceAnswer>;
  readonly units: Question<UnitsAsk, UnitsAnswer>;
  readonly unit: Question<UnitAsk, UnitAnswer>;
  readonly labels: Question<LabelsAsk, LabelsAnswer>;
  readonly silence: Question<SilenceAsk, SilenceAnswer>;
  readonly range: Question<RangeAsk, RangeAnswer>;
  readonly sequences: Question<SequencesAsk, SequencesAnswer>;
  readonly groups: Question<GroupsAsk, GroupsAnswer>;
  readonly similar: Question<SimilarAsk, SimilarAnswer>;
  readonly fixedPoints: Question<FixedPointsAsk, FixedPointsAnswer>;
  readonly stateSpace: Question<StateSpaceAsk, StateSpaceAnswer>;
  readonly whatIf: Question<WhatIfAsk, WhatIfAnswer>;
  readonly departure: Question<DepartureAsk, DepartureAnswer>;
  readonly gradient: Question<GradientAsk, GradientAnswer>;
  readonly gradientSpread: Question<GradientSpreadAsk, GradientSpreadAnswer>;
  readonly jacobians: Question<JacobiansAsk, JacobiansAnswer>;
  readonly memory: Question<MemoryAsk, MemoryAnswer>;
  readonly health: Question<HealthAsk, HealthAnswer>;
  readonly weights: Question<WeightsAsk, WeightsAnswer>;
}

interface Question<A extends Ask, B> { readonly ask: A; readonly answer: B }

/** All questions say which run they are about; the one that is shown where they do not. */
export interface Ask { readonly run?: string }
