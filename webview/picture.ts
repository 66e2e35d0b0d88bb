/** Plots taken out of the panel: as a picture (PNG, SVG) or as numbers (CSV), copied or saved, by the context menu or the palette. */
import type { HostApi, Remote } from '../src/protocol';
import { l10n } from './l10n';
import { readTheme } from './theme';

/** What a plot can give of itself; where it draws no SVG of its own, that holds its pixels. */
export interface Pictured {
  /** Of the file that is saved: `forget gate`. */
  name(): string;
  csv?(): string | Promise<string>;
  svg?(): string;
}

const sources = new WeakMap<Element, Pictured>();
let last: HTMLElement | undefined;

/** Makes an element one that can be taken out; VS Code shows its menu on it. */
export function pictured(element: HTMLElement, source: Pictured): void {
  sources.set(element, source);
  element.dataset['vscodeContext'] = JSON.stringify({ webviewSection: 'plot', preventDefaultContextMenuItems: true });
}

/** Remembers which plot was pointed at or focused last; answers the commands that take it out, by id. */
export function pictureCommands(host: Remote<HostApi>, say: (words: string) => void): Readonly<Record<string, () => void>> {
  const remember = (event: Event): void => {
    const found = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-vscode-context]') : undefined;
    if (found && sources.has(found)) last = found;
  };
  for (const kind of ['contextmenu', 'focusin', 'pointerdown']) document.addEventListener(kind, remember, true);
  const act = (work: (element: HTMLElement, source: Pictured) => Promise<string>) => (): void => {
    const element = last?.isConnected ? last : [...document.querySelectorAll<HTMLElement>('[data-vscode-context]')].find(e => sources.has(e) && e.offsetParent !== null);
    const source = element && sources.get(element);
    if (!element || !source) { say(l10n('There is no plot to take a picture of.')); return; }
    work(element, source).then(say, (error: Error) => say(error.message));
  };
  const save = async (name: string, extension: string, content: string, encoding: 'text' | 'base64'): Promise<string> => await host.saveAs(`${name}.${extension}`, content, encoding) ? l10n('Saved {0}.', name) : '';
  return {
    copyPicture: act(async (element, source) => {
      const blob = await new Promise<Blob | null>(resolve => { void canvasOf(element).then(canvas => canvas.toBlob(resolve)); });
      if (!blob) throw new Error(l10n('The picture is empty.'));
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]).catch(() => { throw new Error(l10n('The picture could not be copied while the panel has no focus; click it first, or save the plot.')); });
      return l10n('Copied a picture of {0}.', source.name());
    }),
    copyCsv: act(async (_, source) => {
      await host.act('copyText', await numbersOf(source));
      return l10n('Copied the numbers of {0}.', source.name());
    }),
    savePng: act(async (element, source) => save(source.name(), 'png', (await canvasOf(element)).toDataURL().slice('data:image/png;base64,'.length), 'base64')),
    saveSvg: act(async (element, source) => save(source.name(), 'svg', source.svg?.() ?? await svgOf(element), 'text')),
    saveCsv: act(async (_, source) => save(source.name(), 'csv', await numbersOf(source), 'text')),
  };
}

async function numbersOf(source: Pictured): Promise<string> {
  if (!source.csv) throw new Error(l10n('{0} has no table of numbers.', source.name()));
  return source.csv();
}

/** All canvases and drawings in an element, in their places on the editor's background. */
async function canvasOf(element: HTMLElement): Promise<HTMLCanvasElement> {
  const box = element.getBoundingClientRect();
  const ratio = Math.max(2, window.devicePixelRatio || 1);
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [Math.ceil(box.width * ratio), Math.ceil(box.height * ratio)];
  const context = canvas.getContext('2d');
  if (!context) throw new Error(l10n('This webview has no 2D canvas.'));
  context.scale(ratio, ratio);
  context.fillStyle = readTheme().background;
  context.fillRect(0, 0, box.width, box.height);
  for (const part of [...(element instanceof SVGElement ? [element] : []), ...element.querySelectorAll<HTMLCanvasElement | SVGSVGElement>('canvas, svg')]) {
    const own = part.getBoundingClientRect();
    if (own.width === 0) continue;
    const image = part instanceof HTMLCanvasElement ? part : await imageOf(part as SVGSVGElement);
    context.drawImage(image, own.left - box.left, own.top - box.top, own.width, own.height);
  }
  return canvas;
}

async function imageOf(svg: SVGSVGElement): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standalone(svg))}`;
  await image.decode();
  return image;
}

/** The element's one drawing, or its pixels in an SVG. */
async function svgOf(element: HTMLElement): Promise<string> {
  const drawings = element.querySelectorAll('svg');
  if (drawings.length === 1 && element.querySelector('canvas') === null) return standalone(drawings[0]!);
  const canvas = await canvasOf(element);
  const { width, height } = element.getBoundingClientRect();
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><image width="${width}" height="${height}" href="${canvas.toDataURL()}"/></svg>`;
}

const STYLES = ['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-opacity', 'stroke-dasharray', 'stroke-linecap', 'stroke-linejoin', 'opacity', 'font-family', 'font-size', 'font-weight', 'text-anchor', 'dominant-baseline'];

/** A drawing that needs no style sheet. */
function standalone(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const [from, to] = [[svg, ...svg.querySelectorAll('*')], [copy, ...copy.querySelectorAll('*')]];
  for (const [k, element] of from.entries()) {
    const style = getComputedStyle(element);
    for (const name of STYLES) to[k]?.setAttribute(name, style.getPropertyValue(name));
    to[k]?.removeAttribute('class');
    to[k]?.removeAttribute('style');
  }
  const { width, height } = svg.getBoundingClientRect();
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  return new XMLSerializer().serializeToString(copy);
}

/** A table as CSV (RFC 4180): quoted where it must be. */
export function csvOf(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map(row => row.map(cell => {
    const text = String(cell);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }).join(',')).join('\r\n') + '\r\n';
}
