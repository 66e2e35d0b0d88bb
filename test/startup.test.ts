// What is loaded at the start, as a guard without times: the code that `activate` needs, and none of the rooms that read and run.
import assert from 'node:assert/strict';
import { build } from 'esbuild';
import { describe, it } from 'mocha';
import { SPLIT } from '../scripts/split.mjs';

/** Bytes, minified, of the entry and of what it requires before anything is asked of it. */
const MOST = 24_000;
const HEAVY = /^(src\/(core|formats|upstream|source\/(python|javascript|frameworks|describe|lint|cell)|analysis|studies|platform|session|recorder)|node_modules)\b/;

async function atStart(entry: string): Promise<{ readonly bytes: number; readonly files: readonly string[] }> {
  const { metafile } = await build({ ...SPLIT, entryPoints: [entry], bundle: true, minify: true, outdir: 'dist', platform: 'node', external: ['vscode'], metafile: true, logLevel: 'silent' });
  const found = new Set<string>();
  const add = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    for (const { path: other, kind } of metafile.outputs[path]!.imports) if (kind === 'import-statement' && Object.hasOwn(metafile.outputs, other)) add(other);
  };
  add(Object.entries(metafile.outputs).find(([, o]) => o.entryPoint === entry)![0]);
  const outputs = [...found].map(path => metafile.outputs[path]!);
  return { bytes: outputs.reduce((sum, o) => sum + o.bytes, 0), files: outputs.flatMap(o => Object.entries(o.inputs).filter(([, i]) => i.bytesInOutput > 0).map(([path]) => path)) };
}

describe('the start', () => {
  it('loads little, and nothing that reads or runs', async () => {
    const { bytes, files } = await atStart('src/extension.ts');
    assert.ok(files.includes('src/extension.ts') && files.includes('src/host/tree.ts'), files.join(' '));
    assert.deepEqual(files.filter(f => HEAVY.test(f)), []);
    assert.ok(bytes < MOST, `${bytes} bytes are loaded at the start, at most ${MOST} should be: ${files.join(' ')}`);
  });
});
