/** A recording of signals that are there already, as `heldRecording` makes it, but whose statistics wait until somebody asks: a knob is turned faster than they are counted. */
import { found, type HeldLevel, type HeldSignal } from '../recording/held';
import { statsKindOf } from '../recording/kinds';
import type { Place, RecordedSignal, Recording } from '../recording/recording';
import type { Progress } from '../pace';
import { stats, type Stats } from '../stats';
import { cutOf, FINEST, pyramid, tile, tileFrom, type Pyramid } from '../timeline';

/** Where a signal is the baseline's own array, its statistics are the baseline's too. */
export function lazyRecording(levels: readonly HeldLevel[], baseline: Recording): Recording {
  const { steps, arithmetic } = baseline;
  const pyramids = new Map<Float32Array, Pyramid>();
  const at = (place: Place): HeldSignal => found(levels[place.level]?.directions[place.direction]?.signals, place);
  return {
    steps, final: [], stride: 1, finest: 1, ...(arithmetic && { arithmetic }),
    levels: levels.map(({ name, cell, directions }, level) => ({
      name,
      directions: directions.map((d, direction) => ({
        direction: d.direction,
        signals: d.signals.map((s, k) => {
          const before = baseline.levels[level]!.directions[direction]!.signals[k]!;
          const same = s.data === baseline.thinned({ level, direction, signal: s.name });
          return same ? before : later(s, () => stats(s.data, s.units, statsKindOf(cell, s.name)));
        }),
      })),
    })),
    thinned: place => at(place).data,
    reading(place, from, to) {
      const { data, units } = at(place);
      return ready(() => data.subarray(from * units, to * units));
    },
    tiling(place, from, to, columns, look) {
      const { data, units } = at(place);
      return ready(() => {
        const cut = cutOf(steps, from, to, columns);
        if (cut.bucket < FINEST) return tileFrom(data, steps, units, cut, look); // no pyramid for what is read nearly step by step
        const made = pyramids.get(data) ?? pyramid(data, steps, units);
        pyramids.set(data, made);
        return tile(made, from, to, columns, look);
      });
    },
  };
}

function later({ name, units }: HeldSignal, count: () => Stats): RecordedSignal {
  let known: Stats | undefined;
  return { name, units, get stats() { return known ??= count(); } };
}

// eslint-disable-next-line require-yield -- nothing takes long
function* ready<T>(make: () => T): Generator<Progress, T> {
  return make();
}
