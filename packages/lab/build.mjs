// Bundles the lab and the command: `lethe --version` took .70 s bundled and .96 s as modules of their own (medians of five in a slow hour of an Intel Xeon
// 2.80 GHz).
import { bundle } from '../bundle.mjs';

// The program that a search starts for each of its trials.
await bundle(import.meta.url, ['src/experiments/search/trial-child.ts']);
