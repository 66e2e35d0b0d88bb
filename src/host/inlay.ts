/** Inlay hints: shapes behind the names that take what a layer gives, where they are sure. */
import * as vscode from 'vscode';
import { l10n } from '../l10n';
import { hintOf } from '../source/describe/values';
import { layerName, outlineOf } from './outlines';

/** The hints of a part of a document. */
export function provideInlayHints(document: vscode.TextDocument, range: vscode.Range): vscode.InlayHint[] {
  if (!vscode.workspace.getConfiguration('gatescope', document).get<boolean>('inlayHints', true)) return [];
  const [from, to] = [document.offsetAt(range.start), document.offsetAt(range.end)];
  return outlineOf(document).layers.flatMap(spec => (spec.mentions ?? []).flatMap(mention => {
    const { span } = mention;
    const text = span.to < from || span.from > to ? undefined : hintOf(spec, mention);
    if (text === undefined) return [];
    const hint = new vscode.InlayHint(document.positionAt(span.to), `: ${text}`, vscode.InlayHintKind.Type);
    hint.tooltip = l10n('Shape of what {0} gives: N sequences of a batch, T timesteps. A sequence alone has no N.', layerName(spec));
    return [hint];
  }));
}
