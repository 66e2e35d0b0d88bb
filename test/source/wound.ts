/** How much of a text's layers a small wound elsewhere leaves as they were. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { outline } from '../../src/source/index';
import type { Language } from '../../src/source/outline';
import { compact } from './fixtures';

/** One to four letters are cut out behind `class`: of the layers that lie more than 120 letters away, 19 in 20 must be read as before. */
export function keepsTheRest(text: string, language: Language, how: { readonly seed: number; readonly numRuns: number }): void {
  const said = (all: ReturnType<typeof outline>['layers']): string[] => all.map(l => compact(l).replace(/^\S+ /, ''));
  const whole = outline(text, language).layers;
  let kept = 0;
  let expected = 0;
  fc.assert(fc.property(fc.integer({ min: text.indexOf('class'), max: text.length - 30 }), fc.integer({ min: 1, max: 4 }), (at, length) => {
    const left = new Set(said(outline(text.slice(0, at) + text.slice(at + length), language).layers));
    const untouched = whole.filter(l => Math.abs(l.span.from - at) > 120);
    expected += untouched.length;
    kept += said(untouched).filter(l => left.has(l)).length;
  }), how);
  assert.ok(kept >= 0.95 * expected, `kept ${kept} of ${expected}`);
}
