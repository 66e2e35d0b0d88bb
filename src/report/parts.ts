/** Reads what a report's page is made of from the extension's own folder. */
import { base64 } from '../base64';
import { documentOf, FONT, SCRIPTS, STYLES, type PageLanguage, type PageParts, type ReportContent } from './document';

/** `read` takes paths relative to the extension's folder. */
export async function reportPage(content: ReportContent, read: (path: string) => Promise<Uint8Array>, language?: PageLanguage): Promise<string> {
  const text = async (path: string): Promise<string> => new TextDecoder().decode(await read(path));
  const parts: PageParts = {
    scripts: await Promise.all(SCRIPTS.map(text)),
    styles: await Promise.all(STYLES.map(text)),
    font: base64(await read(FONT)),
  };
  return documentOf(content, parts, language);
}
