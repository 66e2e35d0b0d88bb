/** Which of a person's changes fit what is shown: they are kept over reloads, and may come from an older version or another layer. */
import type { Scene } from './protocol';
import type { WhatIfAsk } from './questions/whatIf';

type Change = WhatIfAsk['changes'][number];

/** More are not kept. */
const MOST = 64;

/** Those that name signals, units and steps that the scene has. */
export function changesThatFit(changes: unknown, scene: Scene): readonly Change[] {
  return Array.isArray(changes) ? changes.slice(0, MOST).filter((c): c is Change => fits(c, scene)) : [];
}

const isNumber = (v: unknown): v is number => typeof v === 'number' && Number.isFinite(v);
const isIndex = (v: unknown, below: number): v is number => isNumber(v) && Number.isInteger(v) && v >= 0 && v < below;

function fits(change: unknown, scene: Scene): boolean {
  if (typeof change !== 'object' || change === null) return false;
  const c = change as Readonly<Record<string, unknown>>;
  if (c['kind'] === 'input') return isIndex(c['step'], scene.steps) && ('id' in c ? isNumber(c['id']) : isIndex(c['feature'], scene.levels[0]?.inputSize ?? 0) && isNumber(c['value']));
  const level = isIndex(c['level'], scene.levels.length) ? scene.levels[c['level']] : undefined;
  const direction = level && isIndex(c['direction'], level.directions.length) ? level.directions[c['direction']] : undefined;
  if (!level || !direction || !lasts(c, scene.steps)) return false;
  if (c['kind'] === 'off') return areUnits(c['units'], level.units);
  const signal = direction.signals.find(s => s.name === c['signal'] && s.kind !== 'input');
  if (!signal || (c['units'] !== undefined && !areUnits(c['units'], signal.units))) return false;
  return c['kind'] === 'clamp' ? isNumber(c['value']) : c['kind'] === 'bias' && isNumber(c['add']);
}

function lasts({ from, to }: Readonly<Record<string, unknown>>, steps: number): boolean {
  return isIndex(from, steps) && (to === undefined || (isNumber(to) && to > from && to <= steps));
}

function areUnits(units: unknown, count: number): boolean {
  return Array.isArray(units) && units.length > 0 && units.every(u => isIndex(u, count));
}
