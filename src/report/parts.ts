/** Reads what a report's page is made of from the extension's own folder. */
import { documentOf, FONT, SCRIPTS, STYLES, type PageLanguage, type PageParts, type ReportContent } from './document';

/** `read` takes paths relative to the extension's folder. */
export async function reportPage(content: ReportContent, read: (path: string) => Promise<Uint8Array>, hash: (text: string) => string, language?: PageLanguage): Promise<string> {
  const text = async (path: string): Promise<string> => new TextDecoder().decode(await read(path));
  const parts: PageParts = {
    scripts: await Promise.all(SCRIPTS.map(text)),
    styles: await Promise.all(STYLES.map(text)),
    font: base64(await read(FONT)),
  };
  return documentOf(content, parts, hash, language);
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let k = 0; k < bytes.length; k += 8192) text += String.fromCharCode(...bytes.subarray(k, k + 8192));
  return btoa(text);
}
