// Freezes two published palettes into webview/palettes.ts: `node scripts/palettes.mjs FOLDER`, where FOLDER has d3-scale-chromatic 3.1.0 in its node_modules
// (`npm install --prefix FOLDER d3-scale-chromatic@3.1.0`). Nothing of that package ships.
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Colours that are kept: between them the panel's own interpolation is off by at most two of 255. */
const STOPS = 33;

const folder = resolve(process.argv[2] ?? '.');
const { interpolatePuOr, interpolateCividis } = await import(pathToFileURL(join(folder, 'node_modules/d3-scale-chromatic/src/index.js')));
const hex = colour => colour.match(/\d+/g).map(v => Number(v).toString(16).padStart(2, '0')).join('');
const table = interpolate => Array.from({ length: STOPS }, (_, k) => hex(interpolate(k / (STOPS - 1)))).join('');

writeFileSync('webview/palettes.ts', `/** Palettes of papers, ${STOPS} evenly spaced colours each, as six digits of hex; made by scripts/palettes.mjs from d3-scale-chromatic 3.1.0 (ISC, Mike Bostock). */

/*
 * PuOr: Copyright 2002 Cynthia Brewer, Mark Harrower, and The Pennsylvania State University; Apache License 2.0, https://colorbrewer2.org.
 * Cividis: Nuñez, Anderton and Renslow (2018), PLOS ONE 13(7) e0199239, CC BY 4.0.
 */

/** ColorBrewer's diverging scheme: purple, white, orange. */
export const PUOR = '${table(interpolatePuOr)}';

/** Even in lightness from dark blue to yellow, also for those who do not tell red from green. */
export const CIVIDIS = '${table(interpolateCividis)}';
`);
