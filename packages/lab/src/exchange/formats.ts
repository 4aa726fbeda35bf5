/** What a run can be written as: a format is a line here. */
import type { ExportFormat } from './format.ts';

export const exportFormats = {
  onnx: {
    about: 'the test-time network, states in and out, for ONNX Runtime',
    ending: '.onnx',
    make: async (request) => (await import('./export-onnx.ts')).exportOnnx(request),
  },
  safetensors: {
    about: 'weights under the names of PyTorch',
    ending: '.safetensors',
    make: async (request) => (await import('./export-arrays.ts')).exportArrays(request, 'safetensors'),
  },
  npz: {
    about: 'the same for NumPy',
    ending: '.npz',
    make: async (request) => (await import('./export-arrays.ts')).exportArrays(request, 'npz'),
  },
  tensorboard: {
    about: 'metrics, observations and pictures as events, a folder',
    make: async (request) => (await import('./export-history.ts')).exportEvents(request),
  },
  csv: {
    about: 'metrics and observations as tables, a folder',
    make: async (request) => (await import('./export-history.ts')).exportTables(request),
  },
} as const satisfies Record<string, ExportFormat>;

export type ExportName = keyof typeof exportFormats;
