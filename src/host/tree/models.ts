/** The list Models: files of code, their classes, their layers; under each its signals, and the checkpoints and traces matched with it. */
import * as vscode from 'vscode';
import type { Binding } from '../../binding';
import { cellById } from '../../core/cells/index';
import { l10n, thousands, told } from '../../l10n';
import { matchesOf, traceMisfit, type Match } from '../../match';
import { describe } from '../../source/describe/layer';
import type { Levels } from '../../source/lint/level';
import type { LayerSpec, Problem } from '../../source/outline';
import { wantedOf, type Wanted } from '../../wanted';
import { bindingKey } from '../bindings';
import { resolvePath } from '../paths';
import { levelsAt } from '../levels';
import { keyOf, layerName, type LayerKey } from '../outlines';
import { cellLine, cellsOf, type Cell } from './cells';
import { Collapsed, Expanded, fileLine, line, type Line } from './line';
import type { CodeFile, DataFile, Found } from './scan';
import { signalLines } from './signals';
import { markedUri, warningsOf } from './warnings';

/** Which layers are shown. */
export type Filter = 'all' | 'problems' | 'bound' | 'unbound';
/** Files that do not fit, of which no more are listed. */
const MOST_MISFITS = 50;

interface Layer {
  readonly file: CodeFile;
  readonly spec: LayerSpec;
  readonly key: LayerKey;
  readonly wanted: Wanted;
  readonly bound: Binding | undefined;
  readonly warnings: readonly Problem[];
}

/** Lines of the files that have layers or cells, as far as the filter lets them through, and their warnings. */
export function modelLines(found: Found, filter: Filter): { readonly lines: Line[]; readonly warnings: number } {
  const levels = new Map<string, Levels>();
  const files = found.code.map(file => {
    const folder = file.folder.toString();
    if (!levels.has(folder)) levels.set(folder, levelsAt(file.folder));
    return { file, layers: layersOf(file, found, levels.get(folder)), cells: cellsOf(file, found) };
  });
  const warnings = new Set(files.flatMap(({ file, layers }) => layers.flatMap(l => l.warnings.map(p => `${file.shown} ${p.code} ${p.span.from}`)))).size;
  const lines = files.flatMap(({ file, layers, cells }) => {
    const shown = layers.filter(l => passes[filter](l)), own = cells.filter(c => passesCell[filter](c));
    return shown.length + own.length === 0 ? [] : [fileLine(file.uri, file.shown, file.shown.split('/').slice(0, -1).join('/'), () => classes(shown, own, found))];
  });
  return { lines, warnings };
}

const passes: Readonly<Record<Filter, (layer: Layer) => boolean>> = {
  all: () => true,
  problems: l => l.warnings.length > 0,
  bound: l => typeof l.bound?.checkpoint === 'string',
  unbound: l => typeof l.bound?.checkpoint !== 'string',
};

/** A class has no warnings. */
const passesCell: Readonly<Record<Filter, (cell: Cell) => boolean>> = {
  all: () => true,
  problems: () => false,
  bound: c => typeof c.bound?.checkpoint === 'string',
  unbound: c => typeof c.bound?.checkpoint !== 'string',
};

function layersOf(file: CodeFile, { bindings }: Found, levels: Levels): Layer[] {
  const saved = bindings.get(file.folder.toString());
  return file.layers.map(spec => {
    const key = keyOf(spec, file.layers);
    return { file, spec, key, wanted: { ...wantedOf(spec), name: layerName(spec) }, bound: saved?.get(bindingKey(file.path, key)), warnings: warningsOf(spec, levels) };
  });
}

/** Classes with their layers, those that are cells among them, in the order of the text. */
function classes(layers: readonly Layer[], cells: readonly Cell[], found: Found): Line[] {
  const places = [...layers.map(l => ({ name: l.spec.owner, line: l.spec.line })), ...cells.map(c => ({ name: c.cell.name, line: c.cell.line }))];
  const names = new Set(places.sort((a, b) => a.line - b.line).map(p => p.name));
  return [...names].flatMap(name => {
    const own = layers.filter(l => l.spec.owner === name), cell = cells.find(c => c.cell.name === name);
    const lines = (): Line[] => own.map(layer => layerLine(layer, found));
    if (cell) return [cellLine(cell, found, lines)];
    return name === '' ? lines() : [line(`${own[0]!.file.uri.toString()}#${name}`, name, 'symbol-class', {}, lines, Expanded)];
  });
}

const idOf = ({ file, key }: Layer): string => `${file.uri.toString()}#${key.owner}.${key.name}~${key.nth}${key.name === '' ? `:${key.line}` : ''}`;

function layerLine(layer: Layer, found: Found): Line {
  const { spec, file, key, bound, warnings } = layer;
  const { title, parameterTotal } = describe(spec);
  const star = typeof bound?.checkpoint === 'string' ? '★' : undefined;
  const words = [title, parameterTotal === null ? undefined : thousands(parameterTotal), star].filter(Boolean).join(' · ');
  const tooltip = [
    l10n('{0}, line {1}', layerName(spec), spec.line),
    ...(star ? [l10n('★ bound to {0}', bound?.checkpoint ?? '')] : []),
    ...warnings.map(p => `⚠ ${p.said ? told(p.said) : p.message}`),
  ].join('\n');
  const made = line(idOf(layer), layerName(spec), warnings.length > 0 ? undefined : 'layers', {
    description: words, tooltip, contextValue: 'gatescope.layer',
    command: { title: l10n('Visualize'), command: 'gatescope.visualize', arguments: [{ uri: file.uri.toString(), key }] },
    ...(warnings.length > 0 ? { resourceUri: markedUri(idOf(layer), warnings.length) } : {}),
  }, () => [...signals(layer), ...matchLines(layer, found)]);
  if (warnings.length > 0) made.item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  return made;
}

function signals(layer: Layer): Line[] {
  const { cellId } = describe(layer.spec);
  return cellId ? signalLines(idOf(layer), cellById(cellId).equations, { uri: layer.file.uri.toString(), key: layer.key }) : [];
}

/** What is bound and what fits, then what does not, with the reason. */
function matchLines(layer: Layer, { data }: Found): Line[] {
  const near = data.filter(f => f.folder.toString() === layer.file.folder.toString());
  const checkpoints = near.flatMap(f => isOpened(f) && f.opened.kind === 'checkpoint' ? [{ path: f.path, stacks: f.opened.stacks }] : []);
  const matches = matchesOf(layer.wanted, layer.file.path, layer.bound, checkpoints);
  const missing = typeof layer.bound?.checkpoint === 'string' && !near.some(f => f.path === layer.bound?.checkpoint) ? [missingLine(layer, layer.bound.checkpoint)] : [];
  const traces = near.flatMap(f => isOpened(f) && f.opened.kind === 'trace' ? [{ path: f.path, why: traceMisfit(f.opened, layer.wanted) }] : []);
  const good = [...matches.filter(m => m.kind !== 'misfit').map(m => matchLine(layer, m)), ...traces.filter(t => t.why === undefined).map(t => traceLine(layer, t.path))];
  const bad = [...matches.filter(m => m.kind === 'misfit').map(m => matchLine(layer, m)), ...traces.filter(t => t.why !== undefined).map(t => traceLine(layer, t.path, t.why))];
  const rest = bad.length === 0 ? [] : [line(`${idOf(layer)}/misfits`, bad.length === 1 ? l10n('1 does not fit') : l10n('{0} do not fit', bad.length), 'circle-slash', {}, () => bad.slice(0, MOST_MISFITS), Collapsed)];
  return [...missing, ...good, ...rest];
}

const isOpened = (file: DataFile): file is DataFile & { readonly opened: object } => typeof file.opened === 'object';

const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

function matchLine(layer: Layer, { kind, path, stack, named, why }: Match): Line {
  const words = { bound: why === undefined ? l10n('★ bound') : l10n('★ bound, but does not fit'), fits: named ? l10n('fits by shape and name') : l10n('fits by shape'), misfit: why ?? '' }[kind];
  const icon = kind === 'bound' ? (why === undefined ? 'star-full' : 'warning') : kind === 'fits' ? 'check' : 'close';
  return line(`${idOf(layer)}/${path}#${stack}`, stack === '' ? fileName(path) : `${fileName(path)} · ${stack}`, icon, {
    description: words, tooltip: [path, words, ...(kind === 'bound' && why !== undefined ? [why] : [])].join('\n'),
    command: { title: l10n('Visualize'), command: 'gatescope.openFile', arguments: [{ uri: resolvePath(layer.file.folder, path).toString(), stack }] },
  });
}

function traceLine(layer: Layer, path: string, why?: string): Line {
  const words = why ?? l10n('a recording that fits by shape');
  return line(`${idOf(layer)}/${path}`, fileName(path), why === undefined ? 'record' : 'close', {
    description: words, tooltip: `${path}\n${words}`,
    command: { title: l10n('Visualize'), command: 'gatescope.openFile', arguments: [{ uri: resolvePath(layer.file.folder, path).toString() }] },
  });
}

const missingLine = (layer: Layer, path: string): Line =>
  line(`${idOf(layer)}/missing`, fileName(path), 'warning', { description: l10n('★ bound, but not found'), tooltip: path });
