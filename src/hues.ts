/** Which colour a signal has: one hue a concept. */
import type { SceneSignal } from './protocol';

/** What has the same job in another cell has the same colour (a GRU's z keeps, its r reads, its n proposes). */
const hues: Readonly<Record<string, SceneSignal['hue']>> = { x: 'x', i: 'i', f: 'f', o: 'o', g: 'g', c: 'c', h: 'h', z: 'f', r: 'o', n: 'g' };

/** The hue of a signal by its name, or by what it is. */
export function hueOf(name: string, kind: SceneSignal['kind']): SceneSignal['hue'] {
  const byKind = { input: 'x', gate: 'i', candidate: 'g', state: 'h', value: 'x' } as const;
  const plain = name.replace(/\.pre$/, '');
  return (Object.hasOwn(hues, plain) ? hues[plain] : undefined) ?? byKind[kind];
}
