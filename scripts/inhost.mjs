// Runs the in-host suite inside the extension host of the VS Code from npm, shown by headless Chromium. `--trust`: the files
// trust*.test.ts, with workspace trust on and the folder not trusted. `--web`: in the extension host of a browser, a web worker. `--bench`:
// the files of test/editorBench, over 10,000 files.
import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { launchChromium } from './chromium.mjs';
import { bundleHostSuite, judge, resultsFile } from './hostsuite.mjs';
import { launchServer, TEST_SETTINGS } from './server.mjs';
import { ROOT } from './vscode.mjs';
import { benchWorkspace, hostWorkspace } from './workspace.mjs';

const MINUTES = 5;
const trust = process.argv.includes('--trust');
const web = process.argv.includes('--web');
const bench = process.argv.includes('--bench');
process.chdir(ROOT);
const started = Date.now();
const results = resultsFile(bench ? 'bench' : web ? 'web' : trust ? 'trust' : 'index');
const mail = web ? await collector(results) : undefined;
const development = web ? webOnly() : ROOT;
const testModule = await bundleHostSuite(mail ? { web: mail.address, into: development, bench } : { trust, bench });
const workspace = bench ? benchWorkspace() : hostWorkspace();
const server = await launchServer({
  tests: true, trust, env: { GATESCOPE_RESULTS: results },
  settings: { ...TEST_SETTINGS, 'security.workspace.trust.startupPrompt': 'never' },
});
const browser = await launchChromium();
let exitCode;
try {
  exitCode = await runIn(await browser.newPage(), server.url({ folder: workspace, development, testModule }));
} finally {
  await browser.close();
  await server.stop();
  mail?.stop();
  rmSync(workspace, { recursive: true, force: true });
}
const green = judge(results, exitCode);
console.log(`  in ${((Date.now() - started) / 1000).toFixed(1)} s`);
process.exit(green ? 0 : 1);

/** The extension with nothing but its form for browsers: VS Code runs the other where it can. Answers its folder, in which the tests must lie to be run by the same host. */
function webOnly() {
  const folder = resolve('test/out/host/web-extension');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  delete manifest.main;
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  for (const name of ['package.nls.json', 'package.nls.pt-br.json', 'language-configuration.json']) cpSync(name, join(folder, name));
  for (const name of ['dist', 'media', 'l10n', 'syntaxes', 'docs', 'examples']) symlinkSync(resolve(name), join(folder, name));
  return folder;
}

/** Takes the results of a browser's extension host, a line a request, into a file. */
async function collector(file) {
  const listener = createServer((request, answer) => {
    let body = '';
    request.on('data', data => { body += data; });
    request.on('end', () => {
      appendFileSync(file, body);
      answer.end();
    });
  });
  await new Promise(listening => { listener.listen(0, '127.0.0.1', listening); });
  return { address: `http://127.0.0.1:${listener.address().port}/`, stop: () => { listener.closeAllConnections(); listener.close(); } };
}

/** The exit code that the workbench gives when run() has settled; a text where it never does. */
async function runIn(page, url) {
  const log = [];
  page.on('console', message => { if (message.type() === 'error') log.push(message.text()); });
  const ended = new Promise(resolve => {
    setTimeout(() => resolve(`none within ${MINUTES} minutes`), MINUTES * 60_000).unref();
    page.on('crash', () => resolve('the page crashed'));
    void page.exposeFunction('codeAutomationExit', resolve).then(() => page.goto(url)).catch(error => resolve(String(error)));
  });
  await page.exposeFunction('codeAutomationLog', (_, args) => log.push(args.join(' ')));
  const code = await ended;
  if (code !== 0) console.log(log.slice(-30).join('\n'));
  return code;
}
