/** What a person asked to see: a layer in code, a stack in a checkpoint, or a trace; and its form in a reloaded window. */
import * as vscode from 'vscode';
import { baseName } from './plain';
import type { LayerKey } from './outlines';
import { l10n } from '../l10n';

export type Target =
  | { readonly kind: 'code'; readonly uri: vscode.Uri; readonly key: LayerKey }
  | { readonly kind: 'checkpoint'; readonly uri: vscode.Uri; readonly stack?: string }
  | { readonly kind: 'trace'; readonly uri: vscode.Uri }
  /** A cell that a person wrote. */
  | { readonly kind: 'cell'; readonly uri: vscode.Uri }
  /** A class in code that is a cell itself. */
  | { readonly kind: 'codeCell'; readonly uri: vscode.Uri; readonly name: string }
  /** The three examples of Compare; `uri` is their folder. */
  | { readonly kind: 'compare'; readonly uri: vscode.Uri };

/** The line is left out: it changes with every edit above the layer. */
export function referenceOf(target: Target): string {
  const uri = target.uri.toString();
  if (target.kind === 'code') return JSON.stringify({ kind: 'code', uri, owner: target.key.owner, name: target.key.name, nth: target.key.nth });
  if (target.kind === 'codeCell') return JSON.stringify({ kind: 'codeCell', uri, name: target.name });
  return JSON.stringify(target.kind === 'checkpoint' ? { kind: 'checkpoint', uri, stack: target.stack } : { kind: target.kind, uri });
}

/** undefined where the text is not a reference of ours. */
export function parseReference(text: unknown): Target | undefined {
  if (typeof text !== 'string') return undefined;
  const value = parseJson(text);
  if (typeof value.uri !== 'string') return undefined;
  const uri = vscode.Uri.parse(value.uri);
  const word = (v: unknown): string => typeof v === 'string' ? v : '';
  switch (value.kind) {
    case 'code': return { kind: 'code', uri, key: { owner: word(value.owner), name: word(value.name), nth: typeof value.nth === 'number' ? value.nth : 0, line: -1 } };
    case 'checkpoint': return typeof value.stack === 'string' ? { kind: 'checkpoint', uri, stack: value.stack } : { kind: 'checkpoint', uri };
    case 'trace': return { kind: 'trace', uri };
    case 'cell': return { kind: 'cell', uri };
    case 'codeCell': return { kind: 'codeCell', uri, name: word(value.name) };
    case 'compare': return { kind: 'compare', uri };
    default: return undefined;
  }
}

function parseJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value as Record<string, unknown> : {};
  } catch {
    return {};
  }
}

/** The tab's title. */
export function titleOf(target: Target): string {
  return target.kind === 'compare' ? l10n('Gatescope: RNN, LSTM and GRU') : `Gatescope: ${nameOf(target)}`;
}

/** What a person calls it: the layer, or the file. */
export function nameOf(target: Target): string {
  const name = target.kind === 'codeCell' ? target.name : target.kind === 'code' ? target.key.name : target.kind === 'checkpoint' ? target.stack : undefined;
  return name || baseName(target.uri);
}
