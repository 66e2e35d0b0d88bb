/** What if a gate stood open? A changed run beside the one that is shown, and how far it departs from it. */
import type { Change } from '../core/variations/change';
import type { RunId, SignalStats, Tile, TileRequest } from '../protocol';
import type { Ask } from './index';

export interface WhatIfAsk extends Ask {
  /** Of two changes of the same thing the later counts. None: only what could be changed is answered. */
  readonly changes: readonly Change[];
  /** Windows of the changed run that come with the answer, so that it can be drawn at once. */
  readonly seen?: readonly Omit<TileRequest, 'revision' | 'run'>[];
}

export interface WhatIfAnswer {
  /** The changed run, held until the third next one stands; absent where nothing was changed. */
  readonly run?: RunId;
  readonly tiles?: readonly Tile[];
  /** Steps [from, to) that may differ; absent where none does. */
  readonly reach?: { readonly from: number; readonly to: number };
  /** By level and direction: signals that can be held, and whether a bias of their own can be added to. */
  readonly knobs: readonly (readonly (readonly { readonly signal: string; readonly bias: boolean }[])[])[];
  /** What a step of the input may be changed to, where it is made of entries of a vocabulary. */
  readonly alphabet: readonly { readonly id: number; readonly label: string }[];
}

/** Of a changed run: asked apart, since a knob turns faster than this is counted. */
export interface DepartureAsk extends Ask { readonly run: RunId }

export interface DepartureAnswer {
  /** By level and direction, all signals. */
  readonly directions: readonly (readonly (readonly ChangedSignal[])[])[];
}

export interface ChangedSignal {
  readonly name: string;
  /** Over the changed run. */
  readonly stats: SignalStats;
  /** Of changed minus baseline; absent where the runs are too long to be held beside each other. */
  readonly difference?: Difference;
}

/** Over all steps and units. */
export interface Difference {
  /** Greatest |difference|, and where it is first that great. */
  readonly max: number;
  readonly step: number;
  readonly unit: number;
  /** 98th percentile of |difference| where there is one, to a two-hundredth of the greatest: for scales. */
  readonly p98: number;
  /** First step that differs at all; absent where none does. */
  readonly first?: number;
}
