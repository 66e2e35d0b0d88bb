/**
 * Blocks of a text that a reader sees one of: the same code for several frameworks, in tabs. `%%tab pytorch, jax` or `#@tab pytorch` on a
 * block's first line says which tabs it is in; a block that says nothing is in all. Names of one tab mean nothing in another.
 */
import type { Piece } from '../units';

interface Tabbed { readonly pieces: readonly Piece[] }

const mark = /^\s*(?:%%tab|#\s*@tab)\s+(\w[\w, -]*)$/;

/** The tabs that a block is in; undefined where it is in all. */
function tabsOf({ pieces }: Tabbed): readonly string[] | undefined {
  const words = mark.exec(pieces[0]?.text ?? '')?.[1]?.split(/[\s,]+/).filter(w => w !== '');
  return words === undefined || words.includes('all') ? undefined : words;
}

/** The blocks of each tab, those that are in all among them; one list of all blocks where the text has no tabs. */
export function perTab<T extends Tabbed>(blocks: readonly T[]): readonly (readonly T[])[] {
  const tabs = blocks.map(tabsOf);
  const names = [...new Set(tabs.flatMap(t => t ?? []))].slice(0, most);
  return names.length === 0 ? [blocks] : names.map(name => blocks.filter((_, i) => tabs[i]?.includes(name) ?? true));
}

/** More tabs than this are not read: each is a reading of its own. */
const most = 6;

/** Of what several tabs say of one place, the first. */
export function firstAtEach<T extends { readonly span: { readonly from: number } }>(found: readonly T[], kind: (one: T) => string = () => ''): readonly T[] {
  const seen = new Set<string>();
  return found.filter(one => {
    const key = `${one.span.from} ${kind(one)}`;
    return !seen.has(key) && seen.add(key);
  });
}
