/**
 * Philox 4x32-10, the counter-based generator behind every stream: a pure function from a 64-bit key and a
 * 128-bit counter to four 32-bit words. Plain TypeScript, used by the portable kernels and as the reference.
 * J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */

const ROUNDS = 10;
const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

/** Words in a block. */
export const PHILOX_LANES = 4;

/**
 * Writes the block of counter (c0, c1, c2, c3) under key (key0, key1) to `out[offset .. offset + 3]`.
 * Arguments are read as unsigned 32-bit numbers.
 */
export function philox4x32(
  key0: number,
  key1: number,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  out: Uint32Array,
  offset = 0,
): void {
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = high1 ^ c1 ^ key0;
    c1 = low1;
    c2 = high0 ^ c3 ^ key1;
    c3 = low0;
    key0 = (key0 + WEYL_0) | 0;
    key1 = (key1 + WEYL_1) | 0;
  }
  out[offset] = c0;
  out[offset + 1] = c1;
  out[offset + 2] = c2;
  out[offset + 3] = c3;
}

// --- internal ---

/** High 32 bits of the unsigned product, from the four products of 16-bit halves. */
function multiplyHigh(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  // Every partial sum fits 32 bits, since (2^16 - 1)^2 + 2^16 - 1 < 2^32; >>> reads it as unsigned again.
  const cross0 = (Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16)) | 0;
  const cross1 = (Math.imul(a0, b1) + (cross0 & 0xffff)) | 0;
  return (Math.imul(a1, b1) + (cross0 >>> 16) + (cross1 >>> 16)) | 0;
}
