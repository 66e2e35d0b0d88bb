import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { connect } from '../src/protocol';
import { wire } from './wire';

interface Api { add(a: number, b: number): number; tile(): Float32Array; fail(): void; note(words: string): void; strange(): readonly number[]; [name: string]: (...args: never[]) => unknown }

const local = (heard: string[]): Api => ({
  add: (a: number, b: number) => a + b,
  tile: () => Float32Array.of(1.5, NaN, -2),
  fail: () => { throw new Error('Expected 3, found 4.'); },
  note: (words: string) => { heard.push(words); },
  strange: () => [NaN, Infinity, -Infinity, 0.5],
});

const copies: Readonly<Record<string, (m: unknown) => unknown>> = {
  structuredClone: m => structuredClone(m),
  // What VS Code does to messages of a webview: JSON, with typed arrays carried beside it.
  JSON: m => JSON.parse(JSON.stringify(m, (_, v: unknown) => v instanceof Float32Array ? { $bytes: [...new Uint8Array(v.buffer)] } : v),
    (_, v: unknown) => typeof v === 'object' && v !== null && '$bytes' in v ? new Float32Array(Uint8Array.from(v.$bytes as number[]).buffer) : v),
};

describe('protocol', () => {
  for (const [name, copy] of Object.entries(copies)) {
    it(`answers, fails and notifies over ${name}`, async () => {
      const [a, b] = wire(copy);
      const heard: string[] = [];
      connect<object>(b, local(heard));
      const remote = connect<Api>(a, {});
      assert.equal(await remote.add(2, 3), 5);
      assert.deepEqual([...await remote.tile()], [1.5, NaN, -2]);
      await assert.rejects(remote.fail(), /Expected 3, found 4\./);
      await remote.note('hello');
      assert.deepEqual(heard, ['hello']);
      assert.deepEqual(await remote.strange(), [NaN, Infinity, -Infinity, 0.5]);
    });
  }

  it('matches answers to calls out of order', async () => {
    const [a, b] = wire();
    connect<object>(b, { slow: async (ms: number) => { await new Promise(r => setTimeout(r, ms)); return ms; } });
    const remote = connect<{ slow(ms: number): Promise<number> }>(a, {});
    assert.deepEqual(await Promise.all([remote.slow(20), remote.slow(1), remote.slow(10)]), [20, 1, 10]);
  });

  it('refuses a call that the other end does not have', async () => {
    const [a, b] = wire();
    connect<object>(b, {});
    await assert.rejects(connect<{ gone(): void }>(a, {}).gone(), /No such call: gone/);
  });

  it('refuses what is only inherited', async () => {
    const [a, b] = wire();
    connect<object>(b, {});
    await assert.rejects(connect<{ toLocaleString(): string }>(a, {}).toLocaleString(), /No such call/);
  });

  it('ignores messages that are none', async () => {
    const [a, b] = wire();
    connect<object>(b, { ping: () => 'pong' });
    const remote = connect<{ ping(): string }>(a, {});
    for (const junk of [null, 1, 'x', {}, { id: 7 }, { call: 'ping' }]) a.post(junk);
    assert.equal(await remote.ping(), 'pong');
  });
});
