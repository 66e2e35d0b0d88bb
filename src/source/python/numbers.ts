/**
 * `1.` and `1.e-3`: the parser wants a digit after the point and takes `1.` for an attribute without a name, which costs the whole file its
 * plain reading. A digit in the point's place reads as one number; what the number is, is told by the text itself.
 */

const bare = /(?<![\w.])(\d[\d_]*)\.(?=[eE][+-]?\d|[jJ]\b|(?![\w.])|(if|else|and|or|in|is|not|for)\b)/g;

/** The text with every number's bare point filled, each character in its place. */
export function withoutBarePoints(text: string): string {
  return text.replace(bare, (_, digits: string, word: string | undefined) => `${digits}${word === undefined ? '0' : ' '}`);
}
