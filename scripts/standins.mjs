// Plain JavaScript in place of two native modules of VS Code's server, so that nothing has to be compiled. Text, because it is
// written into the installed packages.

/** Log files. VS Code imports it as an ES module, and finds names only where each is exported by a line of its own. */
export const SPDLOG = `'use strict';
const { appendFileSync, mkdirSync } = require('node:fs');
const { dirname } = require('node:path');
const NAMES = ['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off'];
let minimum = 2;
class Logger {
  constructor(type, name, filename) { this.file = type.startsWith('rotating') ? filename : undefined; this.level = minimum; }
  write(level, message) {
    if (this.file === undefined || level < this.level) return;
    try { appendFileSync(this.file, new Date().toISOString() + ' [' + NAMES[level] + '] ' + message + '\\n'); } catch { this.file = undefined; }
  }
  trace(m) { this.write(0, m); }
  debug(m) { this.write(1, m); }
  info(m) { this.write(2, m); }
  warn(m) { this.write(3, m); }
  error(m) { this.write(4, m); }
  critical(m) { this.write(5, m); }
  getLevel() { return this.level; }
  setLevel(level) { this.level = level; }
  setPattern() {}
  clearFormatters() {}
  flush() {}
  drop() { this.file = undefined; }
}
async function create(type, name, filename) {
  mkdirSync(dirname(filename), { recursive: true });
  return new Logger(type, name, filename);
}
exports.version = 0;
exports.setLevel = level => { minimum = level; };
exports.setFlushOn = () => {};
exports.Logger = Logger;
exports.createRotatingLogger = (name, filename) => create('rotating', name, filename);
exports.createAsyncRotatingLogger = (name, filename) => create('rotating_async', name, filename);
`;

/** Ends the extension host some seconds after the server that started it is gone. */
export const NATIVE_WATCHDOG = `'use strict';
let watching = false;
exports.start = pid => {
  if (!Number.isInteger(pid)) throw new Error('Expected integer pid!');
  if (watching) throw new Error('Can only monitor a single process!');
  watching = true;
  setInterval(() => { try { process.kill(pid, 0); } catch { process.exit(87); } }, 3000).unref();
};
exports.exit = code => process.exit(code || 0);
`;
