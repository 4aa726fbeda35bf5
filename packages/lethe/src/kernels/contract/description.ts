/** How compiled kernels are described: by the function that stands beside every struct of parameters. */

/** A kernel: its name and what its struct of parameters holds. */
export interface KernelDescription {
  name: string;
  /** numbers that it returns */
  sums: number;
  /** bytes of the struct */
  size: number;
  fields: KernelField[];
}

export interface KernelField {
  name: string;
  kind: string;
  /** product of letters and digits, or a sum of such; the value of a constant */
  dims: string;
  optional: boolean;
  /** bytes from the beginning of the struct; -1 for a constant */
  offset: number;
  written: boolean;
  /** the size that whole numbers in an array lie below, or do not exceed where they are steps */
  limit?: string;
  /** of a number that is not given */
  fallback?: number;
  /** of a mask */
  gates?: number;
  /** where the length of an array goes, or, of a list, the address of its lengths */
  lengthAt?: number;
  /** where the length of a list goes */
  countAt?: number;
}
