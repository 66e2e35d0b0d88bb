/**
 * Where a text is inside quotes, for prose and code: ' and " and their triples, “ ” ‘ ’ « ». An apostrophe inside a word is none, a
 * backslash inside straight quotes hides the next character, and an opening quote without a closing one in its paragraph is none.
 */

const CURLY: Readonly<Record<string, string>> = { '“': '”', '‘': '’', '«': '»' };
const STRAIGHT = /["'`]/;
const WORD = /[\p{L}\p{N}_]/u;
/** No quotation longer than this is looked for; bounds the search in text without paragraphs. */
const LONGEST = 2000;

/** 1 after an opening quote up to the character before the closing one, else 0: one number a UTF-16 unit, as if just read. */
export function insideQuotes(text: string): Uint8Array {
  const inside = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const end = opensAt(text, at) ? closing(text, at) : undefined;
    if (end === undefined) continue;
    inside.fill(1, at, end);
    at = end; // the last character of the closing quote
  }
  return inside;
}

function isWord(text: string, at: number): boolean {
  return WORD.test(text[at] ?? ' ');
}

/** A quote mark that may open: not behind a word, but for Python's r'', b'', f'' and the like. */
function opensAt(text: string, at: number): boolean {
  const mark = text[at] ?? '';
  if (mark in CURLY) return true;
  if (!STRAIGHT.test(mark)) return false;
  return !isWord(text, at - 1) || (/(^|[^\p{L}\p{N}_])[rbfu]{1,2}$/iu.test(text.slice(Math.max(0, at - 3), at)));
}

/** Index of the last character of the quote that closes the one at `at`. */
function closing(text: string, at: number): number | undefined {
  const mark = text[at]!;
  const triple = mark.repeat(3);
  if (STRAIGHT.test(mark) && text.startsWith(triple, at)) {
    const end = text.indexOf(triple, at + 3);
    return end < 0 ? text.length : end + 2; // a docstring may go on behind the end of the text
  }
  return mark in CURLY ? closingCurly(text, at, CURLY[mark]!) : closingStraight(text, at, mark);
}

function closingCurly(text: string, at: number, end: string): number | undefined {
  for (let k = at + 1; k < Math.min(text.length, at + LONGEST) && !blankLine(text, k); k++) {
    if (text[k] === end && !(end === '’' && isWord(text, k - 1) && isWord(text, k + 1))) return k;
  }
  return undefined;
}

function closingStraight(text: string, at: number, mark: string): number | undefined {
  let lines = 0;
  for (let k = at + 1; k < Math.min(text.length, at + LONGEST) && !blankLine(text, k); k++) {
    if (text[k] === '\\') k++;
    else if (text[k] === '\n') lines++;
    else if (text[k] === mark && !(mark === "'" && isWord(text, k - 1) && isWord(text, k + 1))) {
      // on a later line, a mark that looks like an opening one says that the first opened nothing
      return lines > 0 && !isWord(text, k - 1) && isWord(text, k + 1) ? undefined : k;
    }
  }
  return undefined;
}

function blankLine(text: string, at: number): boolean {
  return text[at] === '\n' && text[at + 1] === '\n';
}
