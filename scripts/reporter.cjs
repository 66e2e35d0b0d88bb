// Mocha's usual report, with the error of each test that did not pass at once: a second try that passes must not hide why the first did not.
const { reporters } = require('mocha');

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.on('retry', (test, error) => { console.log(`      did not pass at once, tried again: ${test.fullTitle()}\n${String(error?.stack ?? error).replace(/^/gm, '        ')}`); });
  }
};
