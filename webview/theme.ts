/** Colours of the present theme: greys and fonts from VS Code's variables, one hue a concept from our own table. */
import type { SceneSignal } from '../src/protocol';
import { CIVIDIS, PUOR } from './palettes';
import { parseHex, ramp, type Scale } from './ramps';

export type Look = 'dark' | 'light' | 'hcDark' | 'hcLight';
export type Hue = SceneSignal['hue'] | 'negative';

interface Palette {
  readonly ink: Readonly<Record<Hue, string>>;
  readonly middle: Readonly<Record<Hue, string>>;
  readonly zero: string;
  readonly notFinite: string;
}

const DARK_MIDDLE = { x: '#7a7a7a', i: '#1b6b7c', f: '#97344b', o: '#5f4a97', g: '#2b6f48', c: '#856819', h: '#93501f', negative: '#2d5596' };
const LIGHT_MIDDLE = { x: '#a3a3a3', i: '#49bbd0', f: '#f0839d', o: '#b295f0', g: '#62c08a', c: '#e8bd3a', h: '#f59a5f', negative: '#76a6f2' };
const LIGHT_INK = { x: '#3b3b3b', i: '#00798f', f: '#c81e51', o: '#7442c8', g: '#1b7f47', c: '#917000', h: '#a33a00', negative: '#1a5fcc' };

const PALETTES: Readonly<Record<Look, Palette>> = {
  dark: {
    ink: { x: '#cccccc', i: '#3ec6e0', f: '#ff6b8b', o: '#b99aff', g: '#5fd08a', c: '#f5c84b', h: '#ff9550', negative: '#64a0ff' },
    middle: DARK_MIDDLE, zero: '#19191b', notFinite: '#ff00ff',
  },
  light: { ink: LIGHT_INK, middle: LIGHT_MIDDLE, zero: '#f7f7f6', notFinite: '#ff00ff' },
  hcDark: {
    ink: { x: '#ffffff', i: '#56e1ff', f: '#ff7f9c', o: '#cbb3ff', g: '#74f0a3', c: '#ffd954', h: '#ffa766', negative: '#7db2ff' },
    middle: DARK_MIDDLE, zero: '#000000', notFinite: '#ff00ff',
  },
  hcLight: { ink: { ...LIGHT_INK, x: '#000000' }, middle: LIGHT_MIDDLE, zero: '#ffffff', notFinite: '#ff00ff' },
};

/** What the heatmaps are drawn with: one hue a concept, or a palette of papers. */
export const COLORS = ['concepts', 'puor', 'cividis'] as const;
export type Colors = (typeof COLORS)[number];

export interface Theme {
  readonly look: Look;
  readonly colors: Colors;
  readonly highContrast: boolean;
  readonly reducedMotion: boolean;
  readonly ink: Readonly<Record<Hue, string>>;
  readonly zero: string;
  readonly notFinite: string;
  readonly background: string;
  readonly foreground: string;
  readonly muted: string;
  readonly border: string;
  readonly focus: string;
  readonly font: string;
  readonly editorFont: string;
  /** Table of a hue for a kind of scale; `strong` is the focused row, others step back. */
  ramp(hue: Hue, scale: Scale['kind'], strong: boolean): Uint32Array;
}

const STEP_BACK = 0.78;

/** Reads the theme from the document and hands the hues to the style sheet as `--hue-f` ... */
export function readTheme(): Theme {
  const look = lookOf(document.body.classList);
  const palette = PALETTES[look], { colors: wanted } = document.body.dataset, colors = COLORS.find(c => c === wanted) ?? 'concepts';
  const style = getComputedStyle(document.documentElement);
  const read = (name: string, otherwise: string): string => style.getPropertyValue(`--vscode-${name}`).trim() || otherwise;
  for (const [hue, colour] of Object.entries(palette.ink)) document.body.style.setProperty(`--hue-${hue}`, colour);
  for (const [hue, colour] of Object.entries(palette.middle)) document.body.style.setProperty(`--middle-${hue}`, colour);
  document.body.style.setProperty('--not-finite', palette.notFinite);
  const foreground = read('foreground', palette.ink.x);
  return {
    look, colors, ink: palette.ink, zero: palette.zero, notFinite: palette.notFinite,
    highContrast: look === 'hcDark' || look === 'hcLight',
    reducedMotion: document.body.classList.contains('vscode-reduce-motion') || matchMedia('(prefers-reduced-motion: reduce)').matches,
    background: read('editor-background', palette.zero), foreground,
    muted: read('descriptionForeground', foreground), border: read('panel-border', foreground), focus: read('focusBorder', foreground),
    font: read('font-family', 'system-ui, sans-serif'), editorFont: read('editor-font-family', 'monospace'),
    ramp: colors === 'concepts' ? tables(palette, look === 'dark' || look === 'light') : paperTables(colors, palette.notFinite),
  };
}

function tables(palette: Palette, stepBack: boolean): Theme['ramp'] {
  const made = new Map<string, Uint32Array>();
  return (hue, scale, strong) => {
    const key = `${hue}/${scale === 'unit'}/${strong}`;
    const table = made.get(key) ?? ramp(stops(palette, hue, scale === 'unit'), palette.notFinite, strong || !stepBack ? 1 : STEP_BACK);
    made.set(key, table);
    return table;
  };
}

const hexes = (packed: string): string[] => packed.match(/.{6}/g)!.map(c => `#${c}`);

/** One palette for all signals, in full: PuOr from its white middle on where there is one side only, Cividis whole either way. */
export function paperTables(colors: Exclude<Colors, 'concepts'>, notFinite: string): Theme['ramp'] {
  const all = hexes(colors === 'puor' ? PUOR : CIVIDIS);
  const both = ramp(all, notFinite), one = colors === 'puor' ? ramp(all.slice(all.length >> 1), notFinite) : both;
  return (_hue, scale) => (scale === 'unit' ? one : both);
}

function stops({ ink, middle, zero }: Palette, hue: Hue, oneSided: boolean): string[] {
  const up = [zero, middle[hue], ink[hue]];
  return oneSided ? up : [ink.negative, middle.negative, ...up];
}

function lookOf(classes: DOMTokenList): Look {
  if (classes.contains('vscode-high-contrast-light')) return 'hcLight';
  if (classes.contains('vscode-high-contrast')) return 'hcDark';
  return classes.contains('vscode-light') ? 'light' : 'dark';
}

/** Calls back after VS Code changed the theme: it rewrites the body's class and the root's variables. Or after other colours were chosen. */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-colors'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
  return () => observer.disconnect();
}

/** Below this tanh(c), a whole row of c would be black: it then gets its own scale, which the legend states. */
const SMALL = 0.5;

/** The scale of a signal: gates 0 to 1, c by tanh(c) (what the output gate sees), the rest to the 98th percentile of |value|. */
export function scaleOf(signal: SceneSignal): Scale {
  if (signal.kind === 'gate') return { kind: 'unit' };
  const max = Number.isFinite(signal.stats.p98) && signal.stats.p98 > 0 ? signal.stats.p98 : 1;
  if (signal.hue !== 'c' || signal.kind !== 'state') return { kind: 'signed', max };
  const most = Math.tanh(max);
  return { kind: 'tanh', max: most < SMALL ? most : 1 };
}

/** `rgba(...)` of a hex colour. */
export function faded(hex: string, alpha: number): string {
  if (!/^#[0-9a-f]{6}$/i.test(hex)) return hex;
  const [r, g, b] = parseHex(hex);
  return `rgba(${r}, ${g}, ${b}, ${alpha})`;
}
