/** A WebAssembly module, packed by gzip, in base64. */
export const packed: string;
