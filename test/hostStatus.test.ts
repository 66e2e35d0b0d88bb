import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Status, type Item, type Work } from '../src/host/status';

const work = (text: string): Work => ({ text, tooltip: '', command: { title: '', command: '' } });
const wait = (ms: number): Promise<void> => new Promise(resolve => { setTimeout(resolve, ms); });

/** An item that says what is seen of it. */
function fake(): { readonly item: Item; readonly seen: () => string | undefined } {
  let visible = false;
  const item: Item = { text: '', tooltip: '', command: undefined, show() { visible = true; }, hide() { visible = false; }, dispose() { visible = false; } };
  return { item, seen: () => visible ? item.text : undefined };
}

describe('the status bar item', () => {
  it('comes after a moment, and goes with the work', async () => {
    const { item, seen } = fake(), status = new Status(() => item, 10), who = {};
    status.set(who, work('a'));
    assert.deepEqual([status.work?.text, seen()], ['a', undefined]);
    await wait(30);
    assert.equal(seen(), 'a');
    status.set(who, work('a 50%'));
    assert.equal(seen(), 'a 50%');
    status.set(who, undefined);
    assert.deepEqual([status.work, seen()], [undefined, undefined]);
  });

  it('does not blink for what is done at once', async () => {
    let made = 0;
    const status = new Status(() => { made++; return fake().item; }, 10), who = {};
    status.set(who, work('a'));
    status.set(who, undefined);
    await wait(30);
    assert.equal(made, 0);
  });

  it('shows what began last, and then what is still under way', async () => {
    const { item, seen } = fake(), status = new Status(() => item, 0), [first, second] = [{}, {}];
    status.set(first, work('first'));
    status.set(second, work('second'));
    await wait(20);
    status.set(first, work('first 50%'));
    assert.equal(seen(), 'second');
    status.set(second, undefined);
    assert.equal(seen(), 'first 50%');
    status.dispose();
    assert.equal(seen(), undefined);
  });
});
