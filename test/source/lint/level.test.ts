import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { describe as describeLayer } from '../../../src/source/describe/layer';
import { markdown } from '../../../src/source/describe/markdown';
import { outline } from '../../../src/source/index';
import { levelOf, type Levels } from '../../../src/source/lint/level';
import type { LayerSpec } from '../../../src/source/outline';

const [layer] = outline('import torch.nn as nn\nx = nn.LSTM(4, 8, dropout=0.5)', 'python').layers as [LayerSpec];
const icons = (levels: Levels): string[] => [...markdown(describeLayer(layer, undefined, p => levelOf(p, levels))).matchAll(/\$\((\w+)\) `dropout|\$\((\w+)\) The forget/g)].map(m => m[1] ?? m[2] ?? '');

describe('levels of rules', () => {
  const problem = { code: 'forget-bias', severity: 'hint' } as const;
  it('are the rule\'s own, or what the settings say', () => {
    assert.equal(levelOf(problem, {}), 'hint');
    for (const level of ['off', 'hint', 'info', 'warning', 'error'] as const) assert.equal(levelOf(problem, { 'forget-bias': level }), level);
    assert.equal(levelOf(problem, undefined), 'off');
  });
  it('are the rule\'s own where the settings make no sense', () => {
    for (const level of ['loud', 3, null, { off: true }]) assert.equal(levelOf(problem, { 'forget-bias': level }), 'hint');
    assert.equal(levelOf({ code: 'toString', severity: 'warning' }, {}), 'warning');
  });
  it('decide what a hover shows, and with which icon, the worst first', () => {
    assert.deepEqual(icons({}), ['warning', 'info']);
    assert.deepEqual(icons({ 'forget-bias': 'off' }), ['warning']);
    assert.deepEqual(icons({ 'forget-bias': 'error' }), ['error', 'warning']);
    assert.deepEqual(icons({ 'dropout-single-layer': 'hint', 'forget-bias': 'off' }), ['info']);
    assert.deepEqual(icons(undefined), []);
  });
});
