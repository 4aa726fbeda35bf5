/** From the new value to the state, with masks and zoneout, and back: the same for every cell whose only state is h. */
import type { Real } from '../../tensor/dtype.ts';
import type { Active, Mask } from '../contract/fields.ts';
import { isActive, maskAt } from './step-masks.ts';

interface States extends Active {
  T: number;
  B: number;
  H: number;
  h0: Real;
  n: Real;
  h: Real;
  maskCell?: Mask;
  zoneout?: Mask;
  zoneoutRate?: number;
  maskOutput?: Mask;
}

/** n, h and y of step t from the new values [B, H], row b of which begins at `from + b * stride`. */
export function newStates(
  p: States & { y: Real },
  t: number,
  values: Real,
  from: number,
  stride: number,
): void {
  const { B, H, n, h, y, maskCell, zoneout, maskOutput } = p;
  const previous = t === 0 ? p.h0 : h;
  const before = t === 0 ? 0 : (t - 1) * B * H;
  const rate = p.zoneoutRate ?? 0;
  for (let b = 0; b < B; b++) {
    const row = (t * B + b) * H;
    const active = isActive(p, t, b);
    const [cell, zone, out] = [maskAt(maskCell, t, b), maskAt(zoneout, t, b), maskAt(maskOutput, t, b)];
    for (let j = 0; j < H; j++) {
      const old = previous[before + b * H + j];
      let value = old;
      if (active) {
        value = values[from + b * stride + j];
        n[row + j] = value;
        if (maskCell) value *= maskCell.data[cell + j];
        const z = zoneout ? zoneout.data[zone + j] : rate;
        if (z !== 0) value = z * old + (1 - z) * value;
      } else n[row + j] = value;
      // In this order because n, h and y may be one array.
      h[row + j] = value;
      y[row + j] = maskOutput ? value * maskOutput.data[out + j] : value;
    }
  }
}

/**
 * The gradient of n at step t, [B, H] in `dn`, from that of y and what later steps gave to h, in `carry`, where it leaves what passes the
 * activation. 0 where a row is at rest.
 */
export function stateGradients(
  p: Omit<States, 'h0' | 'n' | 'h'> & { dy: Real },
  t: number,
  carry: Float64Array,
  dn: Float64Array,
): void {
  const { B, H, dy, maskCell, zoneout, maskOutput } = p;
  const rate = p.zoneoutRate ?? 0;
  for (let b = 0; b < B; b++) {
    const row = (t * B + b) * H;
    const active = isActive(p, t, b);
    const [cell, zone, out] = [maskAt(maskCell, t, b), maskAt(zoneout, t, b), maskAt(maskOutput, t, b)];
    for (let j = 0; j < H; j++) {
      const at = b * H + j;
      const dh = carry[at] + (maskOutput ? dy[row + j] * maskOutput.data[out + j] : dy[row + j]);
      if (!active) {
        carry[at] = dh;
        dn[at] = 0;
        continue;
      }
      const z = zoneout ? zoneout.data[zone + j] : rate;
      let d = (1 - z) * dh;
      if (maskCell) d *= maskCell.data[cell + j];
      dn[at] = d;
      carry[at] = z * dh;
    }
  }
}
