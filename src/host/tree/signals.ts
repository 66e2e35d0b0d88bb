/** Lines of the signals of a cell's equations: each with its letter, and a click shows it. */
import * as vscode from 'vscode';
import { parse } from '../../core/equations';
import { hueOf } from '../../hues';
import { l10n, term } from '../../l10n';
import { letterUri } from '../inks';
import { line, type Line } from './line';

/** `wish` is what Visualize is asked for. */
export const signalLines = (id: string, equations: string, wish: object): Line[] => parse(equations).signals.map(({ name, label, kind, equation }) => {
  const words = label === '' ? name : term(label);
  const made = line(`${id}/${name}`, words, undefined, { tooltip: equation, command: { title: l10n('Visualize'), command: 'gatescope.visualize', arguments: [{ ...wish, signal: name }] } });
  const letter = (theme: 'light' | 'dark'): vscode.Uri => vscode.Uri.parse(letterUri(name, hueOf(name, kind), theme));
  Object.assign(made.item, { iconPath: { light: letter('light'), dark: letter('dark') }, accessibilityInformation: { label: words === name ? name : `${name}, ${words}` } });
  return made;
});
