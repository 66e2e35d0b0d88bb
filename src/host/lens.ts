/** Above each recurrent layer: its parameters, and Visualize. */
import * as vscode from 'vscode';
import { l10n, thousands } from '../l10n';
import { describe } from '../source/describe';
import { keyOf, outlineOf } from './outlines';

export function registerLens(): vscode.Disposable {
  return vscode.languages.registerCodeLensProvider({ language: 'python' }, {
    provideCodeLenses(document) {
      if (!vscode.workspace.getConfiguration('gatescope', document).get<boolean>('codeLens', true)) return [];
      const layers = outlineOf(document).layers;
      return layers.flatMap(spec => {
        const range = new vscode.Range(document.positionAt(spec.callee.from), document.positionAt(spec.callee.to));
        const visualize = { title: `$(pulse) ${l10n('Visualize')}`, tooltip: l10n('Every gate and state at every timestep'), command: 'gatescope.visualize', arguments: [{ uri: document.uri.toString(), key: keyOf(spec, layers) }] };
        const total = describe(spec).parameterTotal;
        const count = { title: total === null ? l10n('parameters not known') : l10n('{0} parameters', thousands(total)), command: '' };
        return [new vscode.CodeLens(range, visualize), new vscode.CodeLens(range, count)];
      });
    },
  });
}
