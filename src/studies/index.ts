/** The studies, by the questions that they answer. Adding one is a file here, one in `questions/`, and a word in both lists. */
import type { Questions } from '../questions/index';
import { cell } from './cell';
import { comparing } from './compare';
import { diagram } from './diagram';
import { fixedPoints } from './fixedPoints';
import { gradient, gradientSpread, jacobians } from './gradient';
import { groups } from './groups';
import { health } from './health';
import { labels } from './labels';
import { memory } from './memory';
import { range } from './range';
import { sequences } from './sequences';
import { silence } from './silence';
import { similar } from './similar';
import { split } from './split';
import { stateSpace } from './stateSpace';
import type { AnyStudy, Study } from './study';
import { departed, whatIf } from './whatIf';
import { unit } from './unit';
import { units } from './units';
import { weights } from './weights';

export const studies: readonly AnyStudy[] = [cell, diagram, split, gradient, gradientSpread, jacobians, memory, health, ...comparing, units, unit, labels, silence, similar, range, sequences, groups, stateSpace, fixedPoints, whatIf, departed, weights];

/** @throws Error that names the known ones */
export function studyOf<K extends keyof Questions>(name: K): Study<K> {
  const found = studies.find(s => s.name === name);
  if (!found) throw new Error(`There is no study ${name}; there are ${studies.map(s => s.name).join(', ')}.`);
  return found as unknown as Study<K>;
}
