/**
 * The element types of safetensors files as numbers. A type is read where every value of it is a float32 or a float64;
 * of the others the format's list is known, so that a file that holds one is read around it.
 */

/** An array of numbers, or why its values are none that a float32 or float64 holds. */
export type Converted = { data: Float32Array | Float64Array } | { obstacle: string };

/** Bits of an element, by type. */
export const elementBits: Record<string, number> = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  U16: 16,
  I16: 16,
  U32: 32,
  I32: 32,
  U64: 64,
  I64: 64,
  F64: 64,
  F32: 32,
  F16: 16,
  BF16: 16,
  F8_E4M3: 8,
  F8_E5M2: 8,
  F8_E8M0: 8,
  C64: 64,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
};

/**
 * Converts exactly: F64 to float64, the narrower floats to float32, whole numbers and booleans (1 and 0) to float64.
 * @param stored the bytes of one array, little endian; a copy that may be kept
 */
export function convert(dtype: string, stored: Uint8Array): Converted {
  if (dtype === 'F64') return { data: new Float64Array(littleEndian(stored, 8).buffer) };
  if (dtype === 'F32') return { data: new Float32Array(littleEndian(stored, 4).buffer) };
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  const float = narrowFloats[dtype];
  if (float) return { data: each(Float32Array, stored, float.bytes, (at) => float.read(view, at)) };
  const whole = wholeNumbers[dtype];
  if (whole) return { data: each(Float64Array, stored, whole.bytes, (at) => whole.read(view, at)) };
  const long = longNumbers[dtype];
  if (!long) return { obstacle: `${dtype} is no type of real numbers that is known here` };
  for (let at = 0; at < stored.length; at += 8) {
    const value = long(view, at);
    if (value <= largest && value >= -largest) continue;
    return { obstacle: `expected whole numbers to be below 2^53, got ${value} at element ${at / 8}` };
  }
  return { data: each(Float64Array, stored, 8, (at) => Number(long(view, at))) };
}

const hostIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Turns elements between the host's byte order and little endian, in place; its own inverse. */
export function littleEndian(bytes: Uint8Array, width: number): Uint8Array {
  if (!hostIsLittleEndian) {
    for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
  }
  return bytes;
}

// --- internal ---

interface Reader {
  bytes: number;
  read(view: DataView, at: number): number;
}

const narrowFloats: Record<string, Reader | undefined> = {
  F16: { bytes: 2, read: (view, at) => fromSmallFloat(view.getUint16(at, true), 5, 10) },
  BF16: { bytes: 2, read: (view, at) => fromBfloat16(view.getUint16(at, true)) },
  F8_E5M2: { bytes: 1, read: (view, at) => fromSmallFloat(view.getUint8(at), 5, 2) },
  F8_E4M3: { bytes: 1, read: (view, at) => fromE4M3(view.getUint8(at)) },
  F8_E8M0: { bytes: 1, read: (view, at) => fromE8M0(view.getUint8(at)) },
};

const wholeNumbers: Record<string, Reader | undefined> = {
  BOOL: { bytes: 1, read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
  U8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  I8: { bytes: 1, read: (view, at) => view.getInt8(at) },
  U16: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  I16: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  U32: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
  I32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
};

const longNumbers: Record<string, ((view: DataView, at: number) => bigint) | undefined> = {
  I64: (view, at) => view.getBigInt64(at, true),
  U64: (view, at) => view.getBigUint64(at, true),
};

/** The largest whole number up to which a float64 holds every one. */
const largest = 2n ** 53n - 1n;

function each<A extends Float32Array | Float64Array>(
  Type: new (length: number) => A,
  stored: Uint8Array,
  width: number,
  read: (at: number) => number,
): A {
  const data = new Type(stored.length / width);
  for (let i = 0; i < data.length; i++) data[i] = read(i * width);
  return data;
}

const word = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
function fromBfloat16(bits: number): number {
  word.setUint32(0, bits * 0x10000);
  return word.getFloat32(0);
}

/** As IEEE 754 builds its formats: a sign bit, bits of exponent with half their range as the bias, bits of fraction. */
function fromSmallFloat(bits: number, exponentBits: number, fractionBits: number): number {
  const sign = bits >> (exponentBits + fractionBits) ? -1 : 1;
  const highest = 2 ** exponentBits - 1;
  const bias = 2 ** (exponentBits - 1) - 1;
  const exponent = (bits >> fractionBits) & highest;
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  if (exponent === highest) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** (1 - bias);
  return sign * (1 + fraction) * 2 ** (exponent - bias);
}

/** 4 bits of exponent (bias 7), 3 of fraction; no infinity, one NaN (Micikevicius et al. 2022, FP8 formats for deep learning). */
function fromE4M3(bits: number): number {
  if ((bits & 0x7f) === 0x7f) return Number.NaN;
  const sign = bits & 0x80 ? -1 : 1;
  const exponent = (bits >> 3) & 15;
  const fraction = (bits & 7) / 8;
  return exponent === 0 ? sign * fraction * 2 ** -6 : sign * (1 + fraction) * 2 ** (exponent - 7);
}

/** A power of two alone, the scale of microscaling formats: 2^(bits - 127), and one NaN. */
function fromE8M0(bits: number): number {
  return bits === 255 ? Number.NaN : 2 ** (bits - 127);
}
