/** The panel's texts in the person's language: as the host wrote them into the page. */
import { useTexts } from '../src/l10n';

export { l10n, term, thousands, told } from '../src/l10n';

// Layout is tested without a document.
const given = typeof document === 'undefined' ? undefined : document.body.dataset['texts'];
if (given) useTexts(JSON.parse(given) as Readonly<Record<string, string>>);
