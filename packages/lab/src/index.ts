/** What other programs may use of the lab: the command, and the workloads of its benchmark. */

export { type Measurement, measure, median } from './bench/measure.ts';
export {
  type MusicSizes,
  type MusicWorkload,
  musicWorkload,
  musicWorkloads,
  type Workload,
} from './bench/music.ts';
export { main } from './cli/main.ts';
