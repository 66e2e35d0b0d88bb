// Runs the in-host suite under @vscode/test-electron, which downloads VS Code (GATESCOPE_CODE names an installed one to take instead).
import { rmSync } from 'node:fs';
import { runTests } from '@vscode/test-electron';
import { buildAll } from './build.mjs';
import { bundleHostSuite, judge, resultsFile } from './hostsuite.mjs';
import { ROOT } from './vscode.mjs';
import { hostWorkspace } from './workspace.mjs';

process.chdir(ROOT);
await buildAll();
const extensionTestsPath = await bundleHostSuite();
const results = resultsFile('electron');
const workspace = hostWorkspace();
let exitCode = 1;
try {
  exitCode = await runTests({
    extensionDevelopmentPath: ROOT, extensionTestsPath, extensionTestsEnv: { GATESCOPE_RESULTS: results },
    launchArgs: [workspace, '--disable-extensions', '--disable-workspace-trust'],
    ...(process.env.GATESCOPE_CODE ? { vscodeExecutablePath: process.env.GATESCOPE_CODE } : {}),
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
} finally {
  rmSync(workspace, { recursive: true, force: true });
}
process.exit(judge(results, exitCode) ? 0 : 1);
