/** The colours of signals in pictures that VS Code itself shows: hovers and lists. */
import { base64 } from '../base64';

export type Theme = 'dark' | 'light' | 'contrast';

/** The hues of signals as the panel has them, for what VS Code draws. */
export const inks: Readonly<Record<Theme, Readonly<Record<string, string>>>> = {
  dark: { x: '#cccccc', i: '#3ec6e0', f: '#ff6b8b', o: '#b99aff', g: '#5fd08a', c: '#f5c84b', h: '#ff9550', ink: '#cccccc', rule: '#6b6b6b' },
  light: { x: '#3b3b3b', i: '#00798f', f: '#c81e51', o: '#7442c8', g: '#1b7f47', c: '#917000', h: '#a33a00', ink: '#3b3b3b', rule: '#a0a0a0' },
  contrast: { x: '#ffffff', i: '#56e1ff', f: '#ff7f9c', o: '#cbb3ff', g: '#74f0a3', c: '#ffd954', h: '#ffa766', ink: '#ffffff', rule: '#ffffff' },
};

/** A picture as an address. */
export const svgUri = (svg: string): string => `data:image/svg+xml;base64,${base64(new TextEncoder().encode(svg))}`;

/** A signal's letter in its hue, as an icon of 16 pixels. The name is a cell's own and no markup. */
export function letterUri(name: string, hue: string, theme: Theme): string {
  const ink = inks[theme][hue] ?? inks[theme]['x'] ?? '';
  const text = [...name].map(c => `&#${c.codePointAt(0)};`).join('');
  return svgUri(`<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16"><text x="8" y="12" text-anchor="middle" font-family="ui-monospace,Menlo,Consolas,monospace" font-weight="bold" font-size="${name.length > 1 ? 10 : 13}" fill="${ink}">${text}</text></svg>`);
}
