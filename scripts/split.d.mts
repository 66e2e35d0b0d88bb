import type { BuildOptions, Plugin } from 'esbuild';

/** Settings of a build whose outputs `commonJs` writes. */
export const SPLIT: BuildOptions;
/** Writes each output as CommonJS, in which import() is a require that waits its turn. */
export const commonJs: Plugin;
