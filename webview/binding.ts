/** What the layer is tied to: checkpoint, tensors, input, vocabulary … as a dialog; every line can be changed. */
import type { BindingField } from '../src/protocol';
import { button, el } from './dom';
import { l10n } from './l10n';
import type { Context } from './views/view';

/** Opens the dialog and fills it with what the host knows. */
export async function openBinding(context: Context, host: HTMLElement): Promise<void> {
  const list = el('dl', { class: 'fields' });
  const dialog = el('dialog', { class: 'binding', 'aria-labelledby': 'binding-title' },
    el('h2', { id: 'binding-title' }, l10n('What this layer is tied to')),
    el('p', { class: 'note' }, l10n('Saved with relative paths in .vscode/gatescope.json.')), list,
    el('div', { class: 'buttons' }, button('button', () => dialog.close(), { autofocus: true }, l10n('Close'))));
  dialog.addEventListener('close', () => dialog.remove());
  host.append(dialog);
  dialog.showModal();
  const edit = (field: BindingField): void => { dialog.close(); context.act(`edit:${field.id}`); };
  try {
    const fields = await context.host.binding();
    list.append(...fields.flatMap(field => line(field, edit)));
    if (fields.length === 0) list.append(el('p', {}, l10n('Nothing: this is a recorded trace.')));
  } catch (error) {
    list.append(el('p', { role: 'alert' }, error instanceof Error ? error.message : String(error)));
  }
}

function line(field: BindingField, edit: (field: BindingField) => void): HTMLElement[] {
  return [el('dt', {}, field.label), el('dd', {},
    el('span', { class: 'fieldValue', title: field.value }, field.value === '' ? l10n('none') : field.value),
    el('span', { class: 'note' }, field.why),
    button('link', () => edit(field), { 'aria-label': l10n('Change {0}', field.label) }, l10n('Change…')))];
}
