// Runs the checks and suites one after another (types and lint at the same time, on a core each) and ends with one line: `N passed,
// N failed, N skipped`. Words choose: types lint build unit fuzz host trust web ui; none means all. Types, lint and build count as one check
// each. What cannot run on a machine (no Chromium, not Linux x64) says so and counts as skipped; with CI=true it fails.
import { spawn } from 'node:child_process';
import { findChromium } from './chromium.mjs';
import { ROOT, unsupported } from './vscode.mjs';

const NODE = process.execPath;
const tsc = project => [NODE, 'node_modules/typescript/bin/tsc', '-p', project, '--noEmit'];

/** One row a step: its commands, whether its tests are counted, whether it needs a VS Code with a browser, and whether it runs while the one before does. */
const STEPS = [
  { name: 'types', commands: [tsc('tsconfig.json'), tsc('tsconfig.pure.json')] },
  { name: 'lint', commands: [[NODE, 'node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0']], meanwhile: true },
  { name: 'build', commands: [[NODE, 'scripts/build.mjs']] },
  { name: 'unit', commands: [[NODE, 'scripts/unit.mjs']], counted: true },
  { name: 'fuzz', commands: [[NODE, 'scripts/unit.mjs', '--apart']], counted: true },
  { name: 'host', commands: [[NODE, 'scripts/inhost.mjs']], counted: true, vscode: true, needs: ['build'] },
  { name: 'trust', commands: [[NODE, 'scripts/inhost.mjs', '--trust']], counted: true, vscode: true, needs: ['build'] },
  { name: 'web', commands: [[NODE, 'scripts/inhost.mjs', '--web']], counted: true, vscode: true, needs: ['build'] },
  { name: 'ui', commands: [[NODE, 'scripts/ui.mjs']], counted: true, vscode: true },
];

process.chdir(ROOT);
const wanted = process.argv.slice(2);
const unknown = wanted.filter(name => !STEPS.some(s => s.name === name));
if (unknown.length > 0) { console.error(`unknown: ${unknown.join(' ')}. Choose from: ${STEPS.map(s => s.name).join(' ')}`); process.exit(2); }

const chosen = STEPS.filter(s => wanted.length === 0 || wanted.includes(s.name) || STEPS.some(t => wanted.includes(t.name) && t.needs?.includes(s.name)));
const total = { passed: 0, failed: 0, skipped: 0 };
const summary = [];
for (let next = 0; next < chosen.length;) {
  const together = [chosen[next++]];
  while (chosen[next]?.meanwhile) together.push(chosen[next++]);
  await Promise.all(together.map(async step => {
    const started = Date.now();
    console.log(`\n=== ${step.name}`);
    const result = await perform(step);
    for (const key of Object.keys(total)) total[key] += result[key];
    summary.push(`${step.name.padEnd(6)} ${counts(result)}  (${((Date.now() - started) / 1000).toFixed(1)} s)${result.why ? `  ${result.why}` : ''}`);
  }));
}
console.log(`\n${summary.join('\n')}\n`);
console.log(counts(total));
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

async function perform(step) {
  const missing = step.vscode ? unsupported() ?? (findChromium() ? undefined : 'no Chromium on PATH nor in the variable CHROMIUM') : undefined;
  if (missing) return cannotRun(step, missing);
  const none = { passed: 0, failed: 0, skipped: 0 };
  for (const [command, ...args] of step.commands) {
    const { status, output } = await run(command, args);
    if (step.counted) return judged(output, status);
    if (status !== 0) return { ...none, failed: 1 };
  }
  return { ...none, passed: 1 };
}

function cannotRun(step, why) {
  console.log(`\n!!! The ${step.name} tests CANNOT RUN here: ${why}.\n`);
  return process.env.CI === 'true' ? { passed: 0, failed: 1, skipped: 0, why } : { passed: 0, failed: 0, skipped: 1, why };
}

/** Counts from mocha's closing lines. A suite that ends badly without a failed test, or runs none, is one failure. */
function judged(output, status) {
  const plain = output.replace(/\x1b\[[0-9;]*m/g, '');
  const [passed, failed, skipped] = ['passing', 'failing', 'pending'].map(word => Number([...plain.matchAll(new RegExp(`^\\s+(\\d+) ${word}\\b`, 'gm'))].at(-1)?.[1] ?? 0));
  if (failed === 0 && (status !== 0 || passed === 0)) return { passed, failed: 1, skipped, why: `ended with ${status}` };
  return { passed, failed, skipped };
}

function counts({ passed, failed, skipped }) { return `${passed} passed, ${failed} failed, ${skipped} skipped`; }

/** Runs and shows a command, and keeps the end of what it printed. */
function run(command, args) {
  return new Promise(resolve => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: process.env });
    let output = '';
    const show = stream => data => { stream.write(data); output = (output + data).slice(-200_000); };
    child.stdout.on('data', show(process.stdout));
    child.stderr.on('data', show(process.stderr));
    child.on('close', status => resolve({ status: status ?? 1, output }));
  });
}
