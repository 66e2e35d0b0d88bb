// Runs the in-host suite inside the extension host of the VS Code from npm, shown by headless Chromium. `--trust`: the files
// trust*.test.ts, with workspace trust on and the folder not trusted.
import { rmSync } from 'node:fs';
import { launchChromium } from './chromium.mjs';
import { bundleHostSuite, judge, resultsFile } from './hostsuite.mjs';
import { launchServer, TEST_SETTINGS } from './server.mjs';
import { ROOT } from './vscode.mjs';
import { copyOf } from './workspace.mjs';

const MINUTES = 5;
const trust = process.argv.includes('--trust');
process.chdir(ROOT);
const started = Date.now();
const testModule = await bundleHostSuite({ trust });
const results = resultsFile(trust ? 'trust' : 'index');
const workspace = copyOf('examples');
const server = await launchServer({
  tests: true, trust, env: { GATESCOPE_RESULTS: results },
  settings: { ...TEST_SETTINGS, 'security.workspace.trust.startupPrompt': 'never' },
});
const browser = await launchChromium();
let exitCode;
try {
  exitCode = await runIn(await browser.newPage(), server.url({ folder: workspace, development: ROOT, testModule }));
} finally {
  await browser.close();
  await server.stop();
  rmSync(workspace, { recursive: true, force: true });
}
const green = judge(results, exitCode);
console.log(`  in ${((Date.now() - started) / 1000).toFixed(1)} s`);
process.exit(green ? 0 : 1);

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
