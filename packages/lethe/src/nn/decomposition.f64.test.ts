import { describe } from 'vitest';
import { dtype } from '../tensor/dtype.ts';
import { decompositionSuite } from './decomposition.suite.ts';

describe.skipIf(dtype !== 'f64')('in float64 (set LETHE_DTYPE=f64)', decompositionSuite);
