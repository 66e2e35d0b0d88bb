/** Cells in notebooks and Markdown: found, read, and placed where they stand. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { isRead, type CodeCell } from '../../../src/source/cell/spec';
import { outline, outlineCells } from '../../../src/source/index';

const fused = readFileSync('test/fixtures/ownCells/fused.py', 'utf8');
const [imports = '', body = ''] = [fused.slice(0, fused.indexOf('class ')), fused.slice(fused.indexOf('class '))];
const broken = body.replace('FusedCell', 'OtherCell').replaceAll('FusedCell', 'OtherCell').replace('torch.tanh(g)', 'unheardOf(g)');
const words = (c: CodeCell | undefined): string => (c === undefined ? 'none' : isRead(c) ? c.equations.split('\n')[0]! : `line ${c.whyLine}`);
const equation = 'i = σ(Wi x + Ui h + bi)  input gate';

describe('cells elsewhere', () => {
  it('are found in a notebook, over its cells', () => {
    const sources = [imports, '%matplotlib inline\n' + body, broken];
    const text = JSON.stringify({ cells: sources.map(source => ({ cell_type: 'code', source })), metadata: {} });
    const cells = outline(text, 'notebook').cells ?? [];
    assert.deepEqual(cells.map(c => [c.name, words(c)]), [['FusedCell', equation], ['OtherCell', `line ${(imports + '\n%\n' + body + '\n' + broken.slice(0, broken.indexOf('unheardOf'))).split('\n').length}`]]);
  });

  it('have their place in their own cell of an open notebook', () => {
    const sources = [imports, '# a cell\n' + body, broken];
    const [first, second, third] = outlineCells(sources);
    assert.equal(first?.cells, undefined);
    const [read] = second?.cells ?? [], [unread] = third?.cells ?? [];
    assert.equal(sources[1]!.slice(read!.span.from, read!.span.to), 'FusedCell');
    assert.ok(sources[1]!.slice(read!.body.from, read!.body.to).startsWith('class FusedCell'));
    assert.equal(read?.line, 2);
    assert.ok(unread && !isRead(unread));
    assert.equal(sources[2]!.slice(unread.whySpan.from, unread.whySpan.to), 'unheardOf(g)');
    assert.equal(unread.whyLine, broken.slice(0, broken.indexOf('unheardOf')).split('\n').length);
  });

  it('are found in blocks of a Markdown text', () => {
    const text = `# A cell\n\n\`\`\`python\n${imports}\`\`\`\n\nand then\n\n> \`\`\`python\n${body.trim().split('\n').map(l => `> ${l}`).join('\n')}\n> \`\`\`\n`;
    const [cell] = outline(text, 'markdown').cells ?? [];
    assert.equal(words(cell), equation);
    assert.equal(text.slice(cell!.span.from, cell!.span.to), 'FusedCell');
    assert.equal(cell!.line, text.slice(0, text.indexOf('FusedCell')).split('\n').length);
  });

  it('are not found where a stub only declares them', () => {
    assert.deepEqual(outline(`${imports}class StubCell(nn.Module):\n    def forward(self, x, h): ...\n`, 'python').cells, []);
  });
});
