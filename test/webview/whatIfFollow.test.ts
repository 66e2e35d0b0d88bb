import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import type { Data } from '../../webview/data';
import type { State, Store } from '../../webview/state';
import { keysOf, type TileKey } from '../../webview/tiles';
import { Follower } from '../../webview/whatIf/follow';

const signal = { name: 'h', label: '', kind: 'state', hue: 'h', units: 4, stats: { mean: 0, min: -1, max: 1, p98: 1, saturated: 0 } };
const scene = { revision: 1, steps: 100, levels: [{ units: 4, inputSize: 1, directions: [{ direction: 'forward', signals: [signal] }] }], input: { axis: 'characters' } };
const clamp = (value: number): unknown => ({ kind: 'clamp', level: 0, direction: 0, signal: 'h', value, from: 0 });

/** A panel without a screen: answers and tiles come when the test says so. */
function panel(): { follower: Follower; state(): State; change(own: Record<string, unknown>): void; answer(answer: unknown): void; bring(run: string): void; readonly asked: string[]; readonly wanted: TileKey[] } {
  const asked: string[] = [], wanted: TileKey[] = [], tiles = new Set<string>();
  let own: Record<string, unknown> = { on: true, changes: [] }, run = 'main', question = '', answered: unknown, late = false;
  const state = (): State => ({ scene, run, view: 'timeline', table: false, selection: { level: 0, direction: 0, unit: 0, step: 3, signal: 'h' }, held: true, from: 0, to: 100, own: { whatIf: own } }) as unknown as State;
  const store = { get state() { return state(); }, set: (patch: { run?: string }) => { run = patch.run ?? run; } } as unknown as Store;
  const data = {
    wishes: undefined, overview: () => [],
    seen: ({ run: of }: State) => keysOf({ ...(of === 'main' ? {} : { run: of }), level: 0, direction: 0, signal: 'h' }, 0, 100, 1, 100),
    turning: ({ run: of }: State) => keysOf({ run: of, level: 0, direction: 0, signal: 'h', rough: true }, 0, 100, 1, 100),
    ask(name: string, ask: { changes?: unknown }) {
      if (name !== 'whatIf') return { late: true };
      const now = JSON.stringify(ask.changes);
      if (now !== question) { question = now; late = true; asked.push(now); }
      return { late, ...(answered === undefined ? {} : answered as object) };
    },
    tiles: { get: (key: TileKey) => tiles.has(key.run ?? 'main') ? {} : undefined, has: (key: TileKey) => tiles.has(key.run ?? 'main'), take: () => undefined, want: (keys: TileKey[]) => wanted.push(...keys) },
  } as unknown as Data;
  const follower = new Follower(store, data);
  return {
    follower, state, asked, wanted,
    change(patch) { own = { ...own, ...patch }; follower.update(state()); },
    answer(given) { answered = given; late = false; follower.update(state()); },
    bring(name) { tiles.add(name); follower.update(state()); },
  };
}
const run = (name: string): unknown => ({ answer: { run: name, knobs: [], alphabet: [] } });

describe('following the knobs', () => {
  const scope = globalThis as { window?: unknown };
  before(() => { scope.window = { setTimeout: () => 0, clearTimeout: () => undefined }; });
  after(() => { delete scope.window; });

  it('goes over to the changed run once its numbers are there, and back when it is closed or the baseline is wanted', () => {
    const p = panel();
    p.answer({ answer: { knobs: [], alphabet: [] } });
    p.change({ changes: [clamp(1)] });
    p.answer(run('changed:1'));
    assert.equal(p.state().run, 'main', 'the views went over before there was anything to draw');
    assert.ok(p.wanted.length > 0 && p.wanted.every(k => k.run === 'changed:1'));
    p.bring('changed:1');
    assert.equal(p.state().run, 'changed:1');
    p.change({ shown: 'baseline' });
    assert.equal(p.state().run, 'main');
    p.change({ shown: 'difference' });
    assert.equal(p.state().run, 'changed:1');
    p.change({ on: false });
    assert.equal(p.state().run, 'main');
  });

  it('asks one question at a time, and then the latest', () => {
    const p = panel();
    p.answer({ answer: { knobs: [], alphabet: [] } });
    p.change({ changes: [clamp(0.1)] });
    for (const value of [0.2, 0.3, 0.4]) p.change({ changes: [clamp(value)] });
    assert.deepEqual(p.asked.map(q => (JSON.parse(q) as { value: number }[]).map(c => c.value)), [[], [0.1]]);
    p.bring('changed:1');
    p.answer(run('changed:1'));
    assert.deepEqual((JSON.parse(p.asked.at(-1)!) as { value: number }[])[0]!.value, 0.4);
    assert.equal(p.asked.length, 3);
  });

  it('overtakes what was asked on the way once the knob stands still', async () => {
    const p = panel();
    p.answer({ answer: { knobs: [], alphabet: [] } });
    for (const value of [0.1, 0.2, 0.3]) p.change({ changes: [clamp(value)] });
    assert.equal(p.asked.length, 2);
    await new Promise(resolve => setTimeout(resolve, 100));
    p.follower.update(p.state());
    assert.deepEqual(p.asked.slice(1).map(q => (JSON.parse(q) as { value: number }[])[0]!.value), [0.1, 0.3]);
  });

  it('says what went wrong, keeps what is shown, and returns to the baseline when all is taken back', () => {
    const p = panel();
    p.answer({ answer: { knobs: [], alphabet: [] } });
    p.change({ changes: [clamp(1)] });
    p.bring('changed:1');
    p.answer(run('changed:1'));
    p.change({ changes: [clamp(0)] });
    p.answer({ error: 'No.' });
    assert.deepEqual([p.follower.error, p.state().run], ['No.', 'changed:1']);
    p.change({ changes: [] });
    p.answer({ answer: { knobs: [], alphabet: [] } });
    assert.deepEqual([p.follower.error, p.state().run], [undefined, 'main']);
  });
});
