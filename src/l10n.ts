/** Texts that people read, in their language: the English text is the key, as in `l10n/bundle.l10n.*.json`. */

let texts: Readonly<Record<string, string>> = {};

/** Sets the translations, by English text. */
export function useTexts(translated: Readonly<Record<string, string>>): void { texts = translated; }

/** The text in the person's language, with {0}, {1} … filled in. The text is written out where it is used: a test looks for it in the bundles. */
export function l10n(text: string, ...values: readonly (string | number)[]): string {
  return filled(term(text), values);
}

const filled = (text: string, values: readonly (string | number)[]): string =>
  text.replace(/\{(\d+)\}/g, (all, k: string) => { const value = values[Number(k)]; return value === undefined ? all : String(value); });

/** What another room said, in the person's language; names among its values are looked up too. */
export function told(said: Said | string | number): string {
  return typeof said === 'object' ? filled(term(said.text), said.values.map(told)) : term(String(said));
}

interface Said { readonly text: string; readonly values: readonly (string | number | Said)[] }

/** `28,032`; where a comma would be read as a decimal one, the language's text says what stands between. */
export const thousands = (count: number): string => count.toLocaleString('en-US').split(',').reduce((all, three) => l10n('{0},{1}', all, three));

/** A word that is known by its place and not written out here, such as a signal's label; as it is where there is no translation. */
export function term(text: string): string {
  return Object.hasOwn(texts, text) ? texts[text] ?? text : text;
}
