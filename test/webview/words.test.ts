import assert from 'node:assert/strict';
import { after, describe, it } from 'mocha';
import { useTexts } from '../../src/l10n';
import { trackWords } from '../../webview/words';

describe('names of tracks and curves', () => {
  after(() => useTexts({}));

  it('are told in the person\'s language where we gave them, and are a table\'s own elsewhere', () => {
    useTexts({ 'loudness of {0}': 'intensidade de {0}', 'input {0}': 'entrada {0}', 'in quotes': 'entre aspas' });
    assert.deepEqual(['loudness of waveform', 'loudness of mic', 'input 3', 'in quotes', 'temp_max', 'inputs', 'input x', ''].map(trackWords),
      ['intensidade de waveform', 'intensidade de mic', 'entrada 3', 'entre aspas', 'temp_max', 'inputs', 'input x', '']);
  });
});
