import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import ts from 'typescript';
import { cells } from '../src/core/cells/index';
import { textTracks } from '../src/analysis/tracks';
import { parse } from '../src/core/equations';
import { generators } from '../src/core/generate';
import { english, saying } from '../src/core/said';
import { exporters } from '../src/formats/export';
import { l10n, thousands, told, useTexts } from '../src/l10n';

/** What runs in the worker, which knows no languages. */
const WORKER = /^src\/(studies|analysis)\/|^src\/recorder\.ts$/;
/** The sentences of an expression that have no holes. */
const fixedWords = (node: ts.Node): string[] => ts.isStringLiteral(node) ? [node.text] : ts.isConditionalExpression(node) ? [...fixedWords(node.whenTrue), ...fixedWords(node.whenFalse)] : [];

/** Every text that is written out in a call of l10n or saying, with the file where it is; and fixed words that studies throw. */
function textsIn(file: string): { readonly texts: string[]; readonly faults: string[]; readonly thrown: string[] } {
  const [texts, faults, thrown]: [string[], string[], string[]] = [[], [], []];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /(^|\.)(l10n|saying)$|^vscode\.l10n\.t$/.test(node.expression.getText())) {
      const text = node.arguments[0];
      if (text && ts.isStringLiteralLike(text)) texts.push(text.text);
      else faults.push(`${file}: ${node.getText().slice(0, 80)}`);
    }
    if (WORKER.test(file) && ts.isNewExpression(node) && node.expression.getText() === 'Error') thrown.push(...node.arguments?.flatMap(fixedWords) ?? []);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('file.ts', readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true));
  return { texts, faults, thrown };
}

const files = ['src', 'webview'].flatMap(folder => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(f => `${folder}/${f.replaceAll('\\', '/')}`)).filter(f => f.endsWith('.ts'));
const used = files.map(textsIn);
/** Words of other rooms, which `term` looks up: signals, cells, tracks of a text, invented inputs, forms of export, what studies cannot do. */
const labels = new Set([
  ...cells.flatMap(c => [...parse(c.equations).signals.map(s => s.label), c.variant]), 'input', 'hidden state', 'cell state',
  ...textTracks([...'"a (b)\nc" d']).flatMap(t => [t.name, english(t.phrase)]),
  ...generators.flatMap(g => [g.label, g.purpose]), ...exporters.map(e => e.label),
  ...used.flatMap(u => u.thrown),
].filter(Boolean));
const wanted = new Set([...used.flatMap(u => u.texts), ...labels]);
const bundles = readdirSync('l10n').filter(f => /^bundle\.l10n\..+\.json$/.test(f));
const holes = (text: string): string => [...text.matchAll(/\{\d+\}/g)].map(m => m[0]).sort().join();

describe('texts', () => {
  it('are written out where they are used, so that they can be found', () => {
    assert.deepEqual(used.flatMap(u => u.faults), []);
    assert.ok(wanted.size > 100, `only ${wanted.size} texts found`);
  });

  for (const bundle of bundles) {
    const texts = JSON.parse(readFileSync(`l10n/${bundle}`, 'utf8')) as Record<string, string>;

    it(`are all in ${bundle}, and nothing else is`, () => {
      assert.deepEqual([...wanted].filter(t => !Object.hasOwn(texts, t)), [], 'not translated');
      assert.deepEqual(Object.keys(texts).filter(t => !wanted.has(t)), [], 'not used any more');
    });

    it(`of ${bundle} have the same places to fill in`, () => {
      assert.deepEqual(Object.entries(texts).filter(([english, other]) => holes(english) !== holes(other) || other.trim() === ''), []);
    });
  }

  it('of the manifest are there in both languages, all of them and no more', () => {
    const manifest = readFileSync('package.json', 'utf8');
    const keys = [...new Set([...manifest.matchAll(/"%([\w.]+)%"/g)].map(m => m[1]!))].sort();
    assert.ok(keys.length > 20);
    for (const file of ['package.nls.json', 'package.nls.pt-br.json']) assert.deepEqual(Object.keys(JSON.parse(readFileSync(file, 'utf8')) as object).sort(), keys, file);
  });

  it('are filled in, in any order, and left as they are where there is no translation', () => {
    useTexts({ 'step {0} of {1}': '{1} passos, agora {0}' });
    assert.equal(l10n('step {0} of {1}', 3, 'ten'), 'ten passos, agora 3');
    assert.equal(l10n('{0} and {0}, {2}', 'a'), 'a and a, {2}');
    useTexts({});
  });

  it('of rooms without languages are told with their parts, names among them too', () => {
    const said = saying('Its {0} rises {1}.', 'cell state', saying('with {0}', 'column'));
    assert.equal(english(said), 'Its cell state rises with column.');
    assert.equal(told(said), english(said));
    useTexts({ 'Its {0} rises {1}.': 'Seu {0} sobe {1}.', 'with {0}': 'com {0}', 'cell state': 'estado da célula' });
    assert.equal(told(said), 'Seu estado da célula sobe com column.');
    useTexts({});
  });

  it('have large numbers in groups, as the language writes them', () => {
    assert.equal(thousands(1234567), '1,234,567');
    useTexts({ '{0},{1}': '{0} {1}' });
    assert.deepEqual([1234567, 999].map(thousands), ['1 234 567', '999']);
    useTexts({});
  });
});
