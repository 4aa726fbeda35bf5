/**
 * The errors of the public boundary. Each sentence says where, what was expected, what was found and
 * what to do; `code` is for machines. A sentence that quotes a megabyte of a hostile file is cut in its middle.
 */

const longest = 2000;

export class LetheError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
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
  constructor(message: string, options?: ErrorOptions) {
    super('E_CONFIG', message, options);
  }
}

/** Data that cannot be read or is not what it should be. */
export class DataError extends LetheError {
  constructor(message: string, options?: ErrorOptions) {
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

function bounded(message: string): string {
  if (message.length <= longest) return message;
  return `${message.slice(0, longest / 2)} … ${message.slice(-longest / 4)}`;
}
