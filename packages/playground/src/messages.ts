/** What the page and the worker of a run say to each other. */
import type { OfferedMethod } from './methods.ts';
import type { Settings } from './settings.ts';
import type { Progress, SampleOptions } from './training.ts';

/** To the worker. */
export type Order =
  | { kind: 'open'; slot: string }
  /** a new run; what was is given up */
  | { kind: 'start'; settings: Settings }
  /** train on */
  | { kind: 'go' }
  | { kind: 'pause' }
  | { kind: 'reset' }
  | { kind: 'sample'; options: SampleOptions }
  | { kind: 'download' }
  | { kind: 'upload'; bytes: Uint8Array };

/** What computes. */
export interface EngineFacts {
  engine: string;
  isa: string;
  threads: number;
  cores: number;
  isolated: boolean;
  /** why it is not what it could be, in a sentence */
  problem?: string;
}

/** A run as the page shows it. */
export interface RunFacts {
  settings: Settings;
  progress: Progress;
  stepsInEpoch: number;
  parameters: number;
}

/** From the worker. */
export type Report =
  | { kind: 'ready'; engine: EngineFacts; methods: OfferedMethod[] }
  /** the whole run, or that there is none */
  | { kind: 'run'; run: RunFacts | null; isTraining: boolean }
  /** a training run goes on; `epochs` are those that ended since the last such report */
  | { kind: 'progress'; step: number; epochs: Progress['history']; stepsPerSecond: number }
  | { kind: 'sample'; frames: number[][]; options: SampleOptions }
  | { kind: 'file'; bytes: Uint8Array; name: string }
  /** something went wrong, in a sentence; the run is as the last report says */
  | { kind: 'problem'; sentence: string };
