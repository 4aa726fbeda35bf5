/** Kinds of values that settings of every task have. */
import { z } from 'zod';

/** A whole number of at least 1. */
export const count = z.int().min(1);
export const positive = z.number().positive();
/** At least 0 and below 1. */
export const fraction = z.number().min(0).lt(1);
/** `none` (or null) leaves the setting out. */
export const orNone = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === 'none' ? null : value), schema.nullable());
