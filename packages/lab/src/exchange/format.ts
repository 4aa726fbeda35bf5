/** What a format is that runs are written in. */
import type { Which } from '../runs/weights.ts';
import type { DataPlaces } from '../tasks/kind.ts';

/** What is written, and how. */
export interface ExportRequest {
  directory: string;
  weights: Which;
  /** of ONNX: the test-time rule, where it is not the method's own */
  rule?: 'mean';
  /** of ONNX: masks as inputs */
  masks?: boolean;
  places: DataPlaces;
  /** of the program */
  version: string;
  log(line: string): void;
}

/** What was made: one file, or several of a folder by their names, and what to say of it. */
export interface Exported {
  content: Uint8Array | Readonly<Record<string, string | Uint8Array>>;
  /** for people, a line each */
  lines: readonly string[];
  /** for machines, beside the files */
  event: object;
}

export interface ExportFormat {
  about: string;
  /** of its file, or none where it is a folder */
  ending?: string;
  make(request: ExportRequest): Promise<Exported>;
}
