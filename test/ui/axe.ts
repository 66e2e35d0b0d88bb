/** What axe-core finds in a webview. */
import { readFileSync } from 'node:fs';
import type { Frame } from 'playwright-core';

const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');

interface Violation { readonly id: string; readonly impact: string; readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[] }

/** Violations of accessibility rules, a line each. Style sheets are not fetched again, which the panel's policy forbids. */
export async function violations(frame: Frame): Promise<string[]> {
  await frame.evaluate(axe);
  const found = await frame.evaluate(async () => (await (window as never as { axe: { run(options: object): Promise<{ violations: Violation[] }> } }).axe.run({ preload: false })).violations);
  return found.flatMap(v => v.nodes.map(n => `${v.id} (${v.impact}): ${n.html.slice(0, 160)} ${n.failureSummary.replace(/\s+/g, ' ').slice(0, 240)}`));
}

/** CSS pixels by which the panel is wider than its frame. */
export const sideways = (frame: Frame): Promise<number> => frame.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
