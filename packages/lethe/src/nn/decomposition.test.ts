import { decompositionSuite } from './decomposition.suite.ts';

decompositionSuite();
