/**
 * The rooms whose tests are themselves tested: which files are changed on purpose, and which tests have to notice. A room's own
 * tests stand beside its code; those of its neighbours are listed where it is reached through them.
 */
const lethe = 'packages/lethe/src';
const lab = 'packages/lab/src';

export const rooms = {
  uncertainty: { code: [`${lethe}/uncertainty`], tests: [`${lethe}/uncertainty`] },
  optim: { code: [`${lethe}/optim`], tests: [`${lethe}/optim`] },
  dropout: { code: [`${lethe}/dropout`], tests: [`${lethe}/dropout`] },
  moments: { code: [`${lethe}/moments`], tests: [`${lethe}/moments`, `${lethe}/nn`] },
  autograd: {
    code: [`${lethe}/autograd`],
    tests: [`${lethe}/autograd`, `${lethe}/nn/every-operation.test.ts`, `${lethe}/nn/draws-met.test.ts`],
  },
  training: { code: [`${lab}/training`], tests: [`${lab}/training`] },
  search: {
    code: [`${lab}/experiments/search`, `${lab}/studies`],
    // Executors start processes, which changes made in the process of a test do not reach; the suite of executors holds them.
    without: ['local', 'queue', 'redis', 'delivery', 'worker', 'trial-process', 'trial-child'].map(
      (name) => `${lab}/experiments/search/${name}.ts`,
    ),
    withoutTests: ['local', 'queue'].map((name) => `${lab}/experiments/search/${name}.test.ts`),
    tests: [`${lab}/experiments/search`, `${lab}/studies`],
  },
};
