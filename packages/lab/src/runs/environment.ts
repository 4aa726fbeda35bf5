/** What a run ran on and with: written once to `environment.json`, read by people and by `resume`. */
import os from 'node:os';
import { dtype, kernels } from 'lethe/engine';
import type { DataIdentity } from '../data/identity.ts';

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
  /** number type of the process */
  dtype: 'f32' | 'f64';
  data: DataIdentity;
}

/** Describes this process and the data that it trains on. */
export function environment(data: DataIdentity): Environment {
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
    dtype,
    data,
  };
}
