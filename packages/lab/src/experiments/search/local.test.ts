import { trialDirectory } from '../../studies/study-record.ts';
import { runExecutorSuite } from './executor.suite.ts';
import { localExecutor } from './local.ts';

runExecutorSuite('trials in child processes', async () => ({
  open: async (directory, workers) => localExecutor(directory, { workers, threads: 1, fetch: false }),
  inWork: trialDirectory,
  close: async () => {},
}));
