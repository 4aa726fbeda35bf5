/**
 * Writes messages in the wire format of Protocol Buffers, as ONNX models and TensorBoard's events are stored. Both need numbers, texts and
 * messages in messages and no more, so that this page stands for a code generator and its library.
 *
 * Format: Google, "Protocol Buffers: Encoding".
 */

/** A field of a message, ready to be written. */
export type Field = Uint8Array;

/** A whole number, as int32, int64, bool or enum. */
export function whole(field: number, value: number): Field {
  return joined([varint(field * 8), varint(value)]);
}

/** Whole numbers, packed. */
export function wholes(field: number, values: readonly number[]): Field {
  return bytes(field, joined(values.map(varint)));
}

export function float(field: number, value: number): Field {
  const content = Buffer.alloc(4);
  content.writeFloatLE(value);
  return joined([varint(field * 8 + 5), content]);
}

export function double(field: number, value: number): Field {
  const content = Buffer.alloc(8);
  content.writeDoubleLE(value);
  return joined([varint(field * 8 + 1), content]);
}

/** Packed float64. */
export function doubles(field: number, values: ArrayLike<number>): Field {
  const content = Buffer.alloc(8 * values.length);
  for (let i = 0; i < values.length; i++) content.writeDoubleLE(values[i], 8 * i);
  return bytes(field, content);
}

export function bytes(field: number, content: Uint8Array): Field {
  return joined([varint(field * 8 + 2), varint(content.length), content]);
}

export function text(field: number, content: string): Field {
  return bytes(field, Buffer.from(content));
}

/** A message as a field of another; what is undefined or false is left out. */
export function message(field: number, ...fields: (Field | undefined | false)[]): Field {
  return bytes(field, joined(fields.filter((one) => one instanceof Uint8Array)));
}

/** The bytes of a whole message. */
export function joined(fields: readonly Field[]): Uint8Array {
  return Buffer.concat(fields);
}

// --- internal ---

/** Seven bits a byte, the lowest first; what is negative as its two's complement of 64 bits. */
function varint(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const found: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    found.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(found);
}
