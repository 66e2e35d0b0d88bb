/** Languages of documents that are read for layers. */
import type * as vscode from 'vscode';
import type { Language } from '../source/outline';

const languages: Readonly<Record<string, Language>> = {
  python: 'python', javascript: 'javascript', javascriptreact: 'javascript', typescript: 'typescript', typescriptreact: 'tsx', markdown: 'markdown', json: 'json',
};

/** Code without one of these has no layers; in notebooks every cell is called one, and most JSON is no model. */
const HINT = /rnn|lstm|gru|(?<!can)cell/i;
const HINTS: Partial<Record<Language, RegExp>> = { notebook: /rnn|lstm|gru|cell\(/i, json: /"class_name"\s*:\s*"\w*(rnn|lstm|gru|cell)/i };

/** Whether a text is worth reading for layers. */
export const mayHoldLayers = (text: string, language: Language): boolean => (HINTS[language] ?? HINT).test(text);

/** Documents for which hovers, lenses and their kin are offered. */
export const codeSelector: vscode.DocumentSelector = Object.keys(languages).map(language => ({ language }));

/** What a document is read as; undefined where it is not read. */
export function languageOf(document: vscode.TextDocument): Language | undefined {
  return Object.hasOwn(languages, document.languageId) ? languages[document.languageId] : undefined;
}
