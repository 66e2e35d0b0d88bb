import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'mocha';

const FOLDER = 'test/fixtures';
const makers = readdirSync(`${FOLDER}/makers`).filter(f => /\.(py|mjs)$/.test(f));
const textOf = (file: string): string => readFileSync(`${FOLDER}/${file}`, 'utf8');

describe('fixtures', () => {
  it('every maker is a section of generate.py, or a part of one', () => {
    const list = textOf('generate.py').split('\nSECTIONS = {')[1]!;
    for (const file of makers) {
      const name = file.replace(/\.(py|mjs)$/, '');
      const isPart = makers.some(other => new RegExp(`^from (\\. import ${name}|\\.?${name} import)`, 'm').test(textOf(`makers/${other}`)));
      assert.ok(isPart || new RegExp(`["/]${name}[".]`).test(list), `${file} is in no section`);
    }
  });

  it('every folder of files is in the README', () => {
    const known = textOf('README.md');
    for (const folder of readdirSync(`${FOLDER}/files`)) assert.ok(known.includes(`\`files/${folder}\``), folder);
  });
});
