import { appendFileSync } from 'node:fs';
import Mocha from 'mocha';

/** One line of the results file. `end` comes last; without it the run was cut short. */
export type Result =
  | { readonly event: 'pass' | 'pending'; readonly title: string; readonly ms: number }
  | { readonly event: 'fail'; readonly title: string; readonly error: string }
  | { readonly event: 'end'; readonly passed: number; readonly failed: number; readonly pending: number };

/**
 * Runs mocha inside the extension host. The extension host's console goes nowhere that can be relied on, so results are appended,
 * a JSON line each, to the file that GATESCOPE_RESULTS names; in a browser they are posted to that address. Rejects when a test failed.
 */
export async function runSuite(load: () => void): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, reporter: Lines });
  mocha.suite.emit('pre-require', globalThis, 'gatescope', mocha);
  load();
  const failures = await new Promise<number>(resolve => { mocha.run(resolve); });
  await posted;
  if (failures > 0) throw new Error(`${failures} failed`);
}

/** A reporter that writes to the results file instead of a console. */
class Lines extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    report(runner);
  }
}

function report(runner: Mocha.Runner): void {
  const counts = { passed: 0, failed: 0, pending: 0 };
  runner.on('pass', test => { counts.passed++; write({ event: 'pass', title: test.fullTitle(), ms: test.duration ?? 0 }); });
  runner.on('pending', test => { counts.pending++; write({ event: 'pending', title: test.fullTitle(), ms: 0 }); });
  runner.on('fail', (test, error: Error) => { counts.failed++; write({ event: 'fail', title: test.fullTitle(), error: error.stack ?? String(error) }); });
  runner.on('end', () => { write({ event: 'end', ...counts }); });
}

/** Results that are on their way, one after another. */
let posted: Promise<unknown> = Promise.resolve();

function write(result: Result): void {
  const place = process.env['GATESCOPE_RESULTS'];
  const line = JSON.stringify(result) + '\n';
  if (place?.startsWith('http')) posted = posted.then(() => fetch(place, { method: 'POST', body: line, mode: 'no-cors' }));
  else if (place) appendFileSync(place, line);
  else console.log(line);
}
