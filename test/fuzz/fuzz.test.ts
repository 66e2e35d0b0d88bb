/** A short run of the fuzzer, the same every time: all fixtures as they are, all hostile files, and some damage. `npm run fuzz` goes on. */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';

const EXECUTIONS = 1200;

/** The whole command, as people run it. */
function fuzz(...args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, ['scripts/fuzz.mjs', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const hear = (data: Buffer): void => { output += data.toString(); };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  return new Promise(resolve => { child.on('close', code => resolve({ code, output })); });
}

describe('damaged and hostile files', () => {
  it(`only FormatError comes out of ${EXECUTIONS} of them, in bounded time and memory`, async function () {
    this.timeout(600_000);
    const { code, output } = await fuzz('--executions', String(EXECUTIONS), '--seed', '1', '--out', 'test/out/fuzz-short');
    assert.equal(code, 0, output);
    const [, executions, refused] = /(\d+) executions .* (\d+) refused/.exec(output) ?? [];
    assert.ok(Number(executions) >= EXECUTIONS && Number(refused) > EXECUTIONS / 5, output);
    this.test!.title += `: ${output.trim().split('\n').at(-1)}`;
  });

  it('what is thrown besides is told, with a file that does it', async function () {
    this.timeout(300_000);
    const { code, output } = await fuzz('--executions', '3', '--only', 'torch_lstm.safetensors', '--out', 'test/out/fuzz-planted', '--planted');
    assert.equal(code, 1, output);
    assert.match(output, /CRASH case \d+: .*torch_lstm\.safetensors as it is\n\s+TypeError: planted @ test\/fuzz\/planted\.ts:\d+/);
    assert.match(output, /HANG case \d+/);
    assert.match(output, /MEMORY case \d+/);
  });
});
