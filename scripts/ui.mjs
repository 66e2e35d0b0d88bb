// Runs the UI tests: packs the extension, installs the .vsix in one VS Code server that all tests share, and lets mocha in Node drive
// headless Chromium (test/ui/driver.ts). Words narrow by path; flags go to mocha (`--grep=...`); `--dev` packs code that is not minified,
// `--from=FOLDER` runs the tests of another folder (the gallery, the panel's bench), once each.
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { buildAll } from './build.mjs';
import { findChromium, FLAGS } from './chromium.mjs';
import { glob } from './glob.mjs';
import { packVsix } from './package.mjs';
import { launchServer, TEST_SETTINGS } from './server.mjs';
import { ROOT } from './vscode.mjs';

process.chdir(ROOT);
const args = process.argv.slice(2);
const dev = args.includes('--dev');
const from = args.find(a => a.startsWith('--from='))?.slice('--from='.length) ?? 'test/ui';
const filters = args.filter(a => !a.startsWith('-'));
const flags = args.filter(a => a.startsWith('-') && a !== '--dev' && !a.startsWith('--from='));
const outdir = process.env.UI_OUT ?? 'test/out/ui';
const tests = glob(from, /\.test\.ts$/).filter(f => filters.length === 0 || filters.some(x => f.includes(x)));
if (tests.length === 0) { console.error('no test file matches'); process.exit(1); }

await buildAll({ dev });
packVsix(`${outdir}/gatescope.vsix`);
const bundle = await bundleTests();
if (filters.length + flags.length === 0 && from === 'test/ui') rmSync('test/out/shots', { recursive: true, force: true });
const server = await launchServer({ tests: true, trust: false, settings: TEST_SETTINGS, vsix: `${outdir}/gatescope.vsix` });
const status = await mocha({
  GATESCOPE_SERVER: server.url(),
  GATESCOPE_BROWSER: JSON.stringify({ executablePath: findChromium(), args: FLAGS }),
});
await server.stop();
process.exit(status);

/** All tests in one bundle, so that they share one driver: one browser, one list of problems. */
async function bundleTests() {
  const outfile = `${outdir}/index.cjs`;
  await build({
    stdin: { contents: tests.map(f => `import './${f}';`).join('\n'), resolveDir: '.', loader: 'ts' }, outfile, bundle: true,
    platform: 'node', format: 'cjs', target: 'node20', sourcemap: 'inline', packages: 'external', logLevel: 'warning',
  });
  return outfile;
}

function mocha(env) {
  return new Promise(resolve => {
    const child = spawn(process.execPath, ['--enable-source-maps', 'node_modules/mocha/bin/mocha.js', '--timeout', '120000', '--retries', from === 'test/ui' ? '2' : '0', '--exit', bundle, ...flags], { stdio: 'inherit', env: { ...process.env, ...env } });
    child.on('close', code => resolve(code ?? 1));
  });
}
