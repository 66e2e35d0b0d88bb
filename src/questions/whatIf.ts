/** What if a gate stood open? A changed run beside the one that is shown, and how far it departs from it. */
import type { Change } from '../core/variations/change';
import type { RunId, SignalStats, Tile, TileRequest } from '../protocol';
import type { Scale } from '../shades';
import type { Ask } from './index';

export interface WhatIfAsk extends Ask {
  /** Of two changes of the same thing the later counts. None: only what could be changed is answered. */
  readonly changes: readonly Change[];
  /** Windows of the changed run that come with the answer, so that it can be drawn at once. */
  readonly seen?: readonly SeenWindow[];
}

/** A window of the changed run. */
export interface SeenWindow extends Omit<TileRequest, 'revision' | 'run'> {
  /** It is only painted: its entries on this scale are enough. */
  readonly scale?: Scale;
  /** Changed minus baseline. */
  readonly apart?: boolean;
}

/**
 * What came of a window. From byte `at` on: its entries on the scale that was asked with, a byte each; or its mean, or mean, least and
 * greatest, as floats. `same`: no number of the signal differs from the baseline's, and none came.
 */
export type Brought = 'same' | (Pick<Tile, 'from' | 'to' | 'bucket' | 'columns' | 'units'> & { readonly at: number; readonly numbers: 'entries' | 'mean' | 'extremes' });

export interface WhatIfAnswer {
  /** The changed run, held until the third next one stands; absent where nothing was changed. */
  readonly run?: RunId;
  /** One a window that was asked for, in their order. */
  readonly windows?: readonly Brought[];
  /** The numbers of all windows: one array crosses sooner than forty. */
  readonly bytes?: Uint8Array;
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
