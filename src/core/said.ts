/** Sentences of rooms that know no languages: the English text with places {0}, {1} …, and what goes there. `told` of l10n words them. */
export interface Said { readonly text: string; readonly values: readonly (string | number | Said)[] }

/** `saying('Its {0} never changes.', 'cell state')`. The text is written out where it is used: a test looks for it in the bundles. */
export const saying = (text: string, ...values: Said['values']): Said => ({ text, values });

/** As it is read in English. */
export function english(said: Said | string | number): string {
  if (typeof said !== 'object') return String(said);
  return said.text.replace(/\{(\d+)\}/g, (all, k: string) => { const value = said.values[Number(k)]; return value === undefined ? all : english(value); });
}
