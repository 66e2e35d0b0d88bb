/** How a problem is reported: as its rule says, unless the person's settings say otherwise. */
import type { Problem } from '../outline';

const all = ['off', 'hint', 'info', 'warning', 'error'] as const;
/** `off` is not reported at all. */
export type Level = typeof all[number];

/** What the settings say of rules, by their codes; undefined where nothing is to be reported. */
export type Levels = Readonly<Record<string, unknown>> | undefined;

/** The level of a problem under some settings. */
export function levelOf({ code, severity }: Pick<Problem, 'code' | 'severity'>, levels: Levels): Level {
  if (levels === undefined) return 'off';
  const chosen = Object.hasOwn(levels, code) ? levels[code] : undefined;
  return all.find(l => l === chosen) ?? severity;
}
