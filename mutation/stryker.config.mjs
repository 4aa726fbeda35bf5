/** How StrykerJS runs: see docs/mutation.md. The room is in LETHE_ROOM, the files to change are arguments. */
const room = process.env.LETHE_ROOM;

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'mutation/vitest.config.ts', related: false },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // Words of error messages and names: the tests ask for the part of a sentence that says what is wrong, on purpose.
  mutator: { excludedMutations: ['StringLiteral'] },
  ignorePatterns: [
    '/runs',
    '/studies',
    '/reproduced',
    '/build',
    '/corpus',
    '/docs',
    '/mutation/reports',
    '*.log',
  ],
  tempDirName: 'mutation/.sandboxes',
  incrementalFile: `mutation/reports/${room}-incremental.json`,
  reporters: ['clear-text', 'html', 'json', 'progress-append-only'],
  clearTextReporter: { allowColor: false, allowEmojis: false, reportTests: false, logTests: false },
  htmlReporter: { fileName: `mutation/reports/${room}.html` },
  jsonReporter: { fileName: `mutation/reports/${room}.json` },
  thresholds: { high: 95, low: 85, break: 85 },
  dryRunTimeoutMinutes: 30,
  timeoutMS: 5_000,
  timeoutFactor: 2,
  // What runs only while a file is loaded, tables of names mostly, would need every test of a room for each change.
  ignoreStatic: true,
  disableTypeChecks: false,
};
