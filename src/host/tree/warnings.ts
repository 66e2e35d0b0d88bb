/** The count of warnings at the right of a layer's line, as VS Code draws it for files. */
import * as vscode from 'vscode';
import { l10n } from '../../l10n';
import type { Levels } from '../../source/lint/level';
import type { LayerSpec, Problem } from '../../source/outline';
import { levelOf } from '../levels';

const SCHEME = 'gatescope-layer';

/** An address that stands for a layer with so many warnings. */
export const markedUri = (id: string, warnings: number): vscode.Uri => vscode.Uri.from({ scheme: SCHEME, path: `/${encodeURIComponent(id)}`, query: String(warnings) });

/** The problems of a layer that count as warnings under some settings. */
export const warningsOf = ({ problems }: LayerSpec, levels: Levels): readonly Problem[] => problems.filter(p => ['warning', 'error'].includes(levelOf(p, levels)));

/** In words, for tooltips. */
export const warningWords = (count: number): string => count === 1 ? l10n('1 warning') : l10n('{0} warnings', count);

/** Draws the counts. */
export const registerWarnings = (): vscode.Disposable => vscode.window.registerFileDecorationProvider({
  provideFileDecoration: uri => {
    if (uri.scheme !== SCHEME) return undefined;
    const count = Number(uri.query);
    return new vscode.FileDecoration(count > 9 ? '9+' : String(count), warningWords(count), new vscode.ThemeColor('list.warningForeground'));
  },
});
