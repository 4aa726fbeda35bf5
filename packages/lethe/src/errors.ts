/**
 * The errors of the public boundary. Each sentence says where, what was expected, what was found and
 * what to do; `code` is for machines. A sentence that quotes a megabyte of a hostile file is cut in its middle.
 */
import { found } from './found.ts';

const longest = 2000;

/** What all errors of Lethe are; `code` is `E_SHAPE`, `E_CONFIG`, `E_DATA`, `E_NUMERICS`, `E_SCRATCH`, `E_TAPE`, `E_EVALUATING`, `E_MEMORY`, `E_ENGINE` or `E_STALE`. */
export class LetheError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(bounded(message), options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** An array of the wrong shape. */
export class ShapeError extends LetheError {
  constructor(message: string) {
    super('E_SHAPE', message);
  }
}

/** A setting that cannot be honoured: an unknown option, a rate outside [0, 1), a plan that a cell cannot run. */
export class ConfigError extends LetheError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('E_CONFIG', message, options);
  }
}

/** Data that cannot be read or is not what it should be. */
export class DataError extends LetheError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('E_DATA', message, options);
  }
}

/** A loss or gradient that is not finite. */
export class NumericsError extends LetheError {
  constructor(message: string) {
    super('E_NUMERICS', message);
  }
}

// --- internal ---

function bounded(message: unknown): string {
  const text = typeof message === 'string' ? message : found(message);
  if (text.length <= longest) return text;
  return `${text.slice(0, longest / 2)} … ${text.slice(-longest / 4)}`;
}
