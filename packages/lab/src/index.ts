/** What other programs may use of the lab: the command, its tasks, and the workloads of its benchmark. */

export { type Measurement, measure, median } from './bench/measure.ts';
export type { Workload } from './bench/workload.ts';
export { main } from './cli/main.ts';
export type * from './tasks/kind.ts';
export { findKind, kindOf, taskKinds } from './tasks/registry.ts';
