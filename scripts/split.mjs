// Splits a bundle for Node's extension host: what is loaded by import() lies in files of its own, which are read when they are needed.
// esbuild splits ES modules only, and the host requires CommonJS: so each part is made as the one and turned into the other.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { transform } from 'esbuild';

/** Settings of a build whose outputs `commonJs` writes. */
export const SPLIT = { format: 'esm', splitting: true, write: false, chunkNames: 'part-[name]-[hash]' };

/** Writes each output as CommonJS, in which import() is a require that waits its turn. */
export const commonJs = {
  name: 'parts as CommonJS',
  setup(hooks) {
    hooks.initialOptions.sourcemap &&= 'inline';
    hooks.onEnd(async ({ outputFiles = [], errors }) => {
      if (errors.length > 0) return;
      await Promise.all(outputFiles.map(async ({ path, text }) => {
        const { minify, sourcemap, target } = hooks.initialOptions;
        const { code } = await transform(text, { format: 'cjs', platform: 'node', supported: { 'dynamic-import': false }, target, minify, sourcemap, sourcefile: path, legalComments: 'none' });
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, code);
      }));
    });
  },
};
