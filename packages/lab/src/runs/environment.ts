/** What a run ran on and with: written once to `environment.json`, read by people and by `resume`. */
import os from 'node:os';
import { kernels } from 'lethe/engine';
import type { DataIdentity } from '../data/identity.ts';
import type { Config } from './config.ts';
import { type Precision, precisionOf } from './engine.ts';

/** The content of `environment.json`. */
export interface Environment {
  format: 1;
  created: string;
  node: string;
  platform: string;
  cpu: string;
  cores: number;
  engine: string;
  isa: string;
  threads: number;
  /** number type of the process, or bf16 where its matrix products are in it */
  dtype: Precision;
  data: DataIdentity;
}

/** Describes this process, the precision of a configuration, and the data that it trains on. */
export function environment(config: Pick<Config, 'dtype'>, data: DataIdentity): Environment {
  const engine = kernels();
  const cores = os.cpus();
  return {
    format: 1,
    created: new Date().toISOString(),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cpu: cores[0]?.model ?? 'unknown',
    cores: cores.length,
    engine: engine.engine,
    isa: engine.isa,
    threads: engine.threads(),
    dtype: precisionOf(config),
    data,
  };
}
