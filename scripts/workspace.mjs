// Tests open a copy, so that what they write (bindings, edited code) never lands in the repository.
import { cpSync, existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Copies a folder to a temporary one and answers its path; an empty or missing folder gets one small model to open. */
export function copyOf(folder) {
  const copy = mkdtempSync(join(tmpdir(), 'gatescope-workspace-'));
  if (existsSync(folder)) cpSync(folder, copy, { recursive: true });
  if (readdirSync(copy).length === 0) writeFileSync(join(copy, 'model.py'), 'from torch import nn\n\nlstm = nn.LSTM(27, 48)\n');
  return copy;
}
