/**
 * One suite for both engines: `runKernelSuite` registers every test of the contract. Each part stands in its own
 * file under conformance/; expected values come from an oracle written one unit at a time in float64, and
 * gradients from its finite differences.
 */
import { describe } from 'vitest';
import { attentionSuite } from './conformance/attention.suite.ts';
import { deepSuite } from './conformance/deep.suite.ts';
import { gatedSuite } from './conformance/gated.suite.ts';
import { lossSuite } from './conformance/losses.suite.ts';
import { matmulSuite } from './conformance/matmul.suite.ts';
import { momentsSuite } from './conformance/moments.suite.ts';
import { momentsDeepSuite } from './conformance/moments-deep.suite.ts';
import { momentsGatedSuite } from './conformance/moments-gated.suite.ts';
import { momentsRnnSuite } from './conformance/moments-rnn.suite.ts';
import { nadeSuite } from './conformance/nade.suite.ts';
import { randomSuite } from './conformance/random.suite.ts';
import { readoutSuite } from './conformance/readout.suite.ts';
import { readoutTopSuite } from './conformance/readout-top.suite.ts';
import { rnnSuite } from './conformance/rnn.suite.ts';
import type { Suite } from './conformance/support.suite.ts';
import { threadSuite } from './conformance/threads.suite.ts';
import { weightsSuite } from './conformance/weights.suite.ts';
import type { Engine } from './contract/engine.ts';

const PARTS = {
  matmul: matmulSuite,
  rnn: rnnSuite,
  deep: deepSuite,
  gated: gatedSuite,
  moments: momentsSuite,
  momentsRnn: momentsRnnSuite,
  momentsDeep: momentsDeepSuite,
  momentsGated: momentsGatedSuite,
  losses: lossSuite,
  readout: readoutSuite,
  readoutTop: readoutTopSuite,
  nade: nadeSuite,
  weights: weightsSuite,
  attention: attentionSuite,
  random: randomSuite,
  threads: threadSuite,
} satisfies Record<string, (suite: Suite) => void>;

/** Whole sequences of cells, which take most of the time; files of the two halves run beside each other. */
const SEQUENCES: readonly string[] = ['rnn', 'deep', 'gated', 'momentsRnn', 'momentsDeep', 'momentsGated'];

/** Options of {@link runKernelSuite}. */
export interface SuiteOptions {
  /** one half alone. @defaultValue both */
  half?: 'sequences' | 'others';
  /** parts that an engine cannot run, each with the reason */
  skip?: readonly { part: keyof typeof PARTS; reason: string }[];
}

/** Registers the conformance tests of an engine under `name`. */
export function runKernelSuite(
  name: string,
  newKernels: () => Engine,
  { skip = [], half }: SuiteOptions = {},
): void {
  describe(`the ${name} engine`, () => {
    for (const [part, register] of Object.entries(PARTS)) {
      if (half && SEQUENCES.includes(part) !== (half === 'sequences')) continue;
      const skipped = skip.find((entry) => entry.part === part);
      if (skipped) describe.skip(`${part}: skipped, ${skipped.reason}`, () => register({ newKernels }));
      else register({ newKernels });
    }
  });
}
