/** The table of labels that a layer's units are compared with: a row a step, bound by its path, read for the panel. */
import { savedBinding } from './bindings';
import { bytesOf } from './folders';
import { resolvePath } from './paths';
import { baseOf } from '../binding';
import { l10n } from '../l10n';
import type { Note } from '../protocol';
import { contextOf } from './prepare';
import type { Target } from './target';

/** Larger tables are of more steps than are run. */
const MOST = 32 * 2 ** 20;

/** What the panel gets: the table's text, or words that say why there is none. */
export interface Labels { readonly labels?: { readonly name: string; readonly text: string }; readonly notes: readonly Note[] }

export const NO_LABELS: Labels = { notes: [] };

/** The bound table; a file that cannot be read is said, and takes nothing else away. */
export async function labelsOf(target: Target): Promise<Labels> {
  if (target.kind === 'compare') return NO_LABELS;
  const { folder, key } = await contextOf(target);
  const { labels } = await savedBinding(folder, key) ?? {};
  if (labels === undefined) return NO_LABELS;
  try {
    const bytes = await bytesOf(resolvePath(folder, labels));
    if (bytes.size > MOST) throw new Error(l10n('It has {0} MB; at most {1} are read.', Math.round(bytes.size / 1e6), Math.round(MOST / 1e6)));
    return { labels: { name: baseOf(labels), text: new TextDecoder().decode(await bytes.read(0, bytes.size)) }, notes: [] };
  } catch (error) {
    const text = l10n('The labels in {0} could not be read. {1}', baseOf(labels), error instanceof Error ? error.message : String(error));
    return { notes: [{ severity: 'warning', text, actions: [{ id: 'edit:labels', label: l10n('Choose labels…') }] }] };
  }
}
