import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, it } from 'mocha';
import ts from 'typescript';
import { fault, ROOMS, roomOf } from '../scripts/rooms.mjs';

interface Import { readonly specifier: string; readonly typeOnly: boolean }

/** All that a file imports or re-exports, by declaration, `import()`, `require()` or type query. */
function importsOf(text: string): Import[] {
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (ts.isExternalModuleReference(node)) add(node.expression, false);
    else if (ts.isCallExpression(node) && /^(import|require|require\.resolve)$/.test(node.expression.getText())) add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  const add = (specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (specifier && ts.isStringLiteralLike(specifier)) found.push({ specifier: specifier.text, typeOnly });
  };
  visit(ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true));
  return found;
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const names = clause.namedBindings;
  return !clause.name && names !== undefined && ts.isNamedImports(names) && names.elements.length > 0 && names.elements.every(e => e.isTypeOnly);
}

function faults(file: string, text: string): string[] {
  return importsOf(text).map(i => fault(file, i.specifier, i.typeOnly)).filter(f => f !== undefined);
}

const files = ['src', 'webview'].flatMap(folder => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(f => `${folder}/${f.replaceAll('\\', '/')}`)).filter(f => f.endsWith('.ts'));

describe('rooms', () => {
  it('hold every file', () => {
    assert.ok(files.length > 20, `only ${files.length} files found`);
    assert.deepEqual(files.filter(f => !roomOf(f)), []);
  });

  it('are all lived in', () => {
    assert.deepEqual(ROOMS.filter(room => !files.some(f => roomOf(f) === room)).map(r => r.name), []);
  });

  it('import only what they may', () => {
    assert.deepEqual(files.flatMap(f => faults(f, readFileSync(f, 'utf8')).map(fault => `${f}: ${fault}`)), []);
  });
});

describe('the check of the rooms', () => {
  const BAD: readonly [file: string, text: string, says: RegExp][] = [
    ['src/core/engine.ts', `import { x } from '../analysis/memory';`, /core may not import analysis/],
    ['src/core/cells/lstm.ts', `export * from '../../formats/format';`, /core may not import formats/],
    ['src/core/engine.ts', `import { readFileSync } from 'node:fs';`, /Node's node:fs/],
    ['src/core/engine.ts', `const fs = require('fs');`, /Node's fs/],
    ['src/core/engine.ts', `import 'fflate';`, /package fflate/],
    ['src/analysis/memory.ts', `const f = await import('../formats/format');`, /analysis may not import formats/],
    ['src/formats/onnx.ts', `import { outline } from '../source/outline';`, /formats may not import source/],
    ['src/source/python/read.ts', `import type { Checkpoint } from '../../formats/format';`, /source may not import formats/],
    ['src/source/python/read.ts', `let v: import('vscode').Uri;`, /may not import vscode/],
    ['src/protocol.ts', `import { x } from './core/layer';`, /protocol may not import core/],
    ['src/session.ts', `import * as vscode from 'vscode';`, /session may not import vscode/],
    ['src/session.ts', `import { x } from './host/panel';`, /session may not import host/],
    ['src/host/panel.ts', `import { join } from 'node:path';`, /host may not import Node's node:path/],
    ['src/cli.ts', `import type * as vscode from 'vscode';`, /entries may not import vscode/],
    ['webview/main.ts', `import { run } from '../src/core/engine';`, /only types from core/],
    ['webview/main.ts', `import { type Layer, run } from '../src/core/engine';`, /only types from core/],
    ['webview/views/view.ts', `import type { Session } from '../../src/session';`, /webview may not import session/],
    ['webview/main.ts', `import { x } from '../test/ui/driver';`, /in no room/],
    ['elsewhere/x.ts', `import './y';`, /in no room/],
  ];
  for (const [file, text, says] of BAD) it(`refuses in ${file}: ${text}`, () => { assert.match(faults(file, text).join('\n'), says); });

  const GOOD: readonly [file: string, text: string][] = [
    ['src/core/engine.ts', `import { parse } from './equations'; import type { Cell } from './cells/cell';`],
    ['src/formats/onnx/graph.ts', `import { cellById } from '../../core/cells/index'; import { inflateSync } from 'fflate';`],
    ['src/session.ts', `import { run } from './core/engine'; import { open } from './formats'; import type { Scene } from './protocol';`],
    ['src/host/panel.ts', `import * as vscode from 'vscode'; import { Session } from '../session'; import { startWorker } from '../platform/node';`],
    ['webview/main.ts', `import { connect } from '../src/protocol'; import type { Layer } from '../src/core/layer'; import { Chart } from 'chart.js';`],
    ['webview/main.ts', `import { type Layer, type Level } from '../src/core/layer';`],
  ];
  for (const [file, text] of GOOD) it(`allows in ${file}: ${text}`, () => { assert.deepEqual(faults(file, text), []); });
});
