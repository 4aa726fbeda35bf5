/** Conformance of the random draws: known answers, addresses, and bit equality with the portable engine. */
import { describe, expect, it } from 'vitest';
import { portable } from '../portable/index.ts';
import { expectClose, type Suite } from './support.suite.ts';

const LENGTHS = [0, 1, 3, 4, 5, 17, 1001];
const ADDRESSES = [
  { seedLow: 1, seedHigh: 0, step: 0, site: 0, pass: 0 },
  { seedLow: 0xdeadbeef, seedHigh: 0xfedcba98, step: 123456, site: 0x0002_0103, pass: 0xffff_0001 },
  { seedLow: 0xffffffff, seedHigh: 0xffffffff, step: 0xffffffff, site: 0xffffffff, pass: 0xffffffff },
];

export function randomSuite({ newKernels }: Suite): void {
  describe('random draws', () => {
    it('give the known-answer vectors of Random123', () => {
      // kat_vectors, philox4x32 10: key 0, counter 0. The counter's first word is the block.
      const out = new Uint32Array(4);
      newKernels().bits({ seedLow: 0, seedHigh: 0, step: 0, site: 0, pass: 0, out });
      expect([...out]).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    });

    it('put seed, step, site and pass where the contract says', () => {
      // kat_vectors for the digits of pi have first counter word 0x243f6a88, too far to draw; so one word at a time.
      const draw = (address: object) => {
        const out = new Uint32Array(8);
        newKernels().bits({ seedLow: 0, seedHigh: 0, step: 0, site: 0, pass: 0, ...address, out });
        return out.join();
      };
      const draws = ['seedLow', 'seedHigh', 'step', 'site', 'pass'].map((name) => draw({ [name]: 1 }));
      expect(new Set([...draws, draw({})]).size).toBe(6);
    });

    it('have the same words and masks on both engines', () => {
      const kernels = newKernels();
      for (const address of ADDRESSES) {
        for (const length of LENGTHS) {
          const words = [new Uint32Array(length), new Uint32Array(length)];
          kernels.bits({ ...address, out: words[0] });
          portable.bits({ ...address, out: words[1] });
          expect(words[0]).toEqual(words[1]);
          for (const rate of [0, 0.1, 0.5, 0.999]) {
            const scale = 1 / (1 - rate);
            const masks = [new Float32Array(length), new Float32Array(length)];
            kernels.bernoulliMask({ ...address, rate, scale, out: masks[0] });
            portable.bernoulliMask({ ...address, rate, scale, out: masks[1] });
            expect(masks[0]).toEqual(masks[1]);
            const keep = Array.from(words[1], (word) => word >= Math.floor(rate * 2 ** 32));
            expect(Array.from(masks[0], (value) => value !== 0)).toEqual(keep);
          }
        }
      }
    });

    it('keep a word that equals the threshold', () => {
      const words = new Uint32Array(1);
      portable.bits({ ...ADDRESSES[0], out: words });
      const draw = (threshold: number) => {
        const out = new Float32Array(1);
        newKernels().bernoulliMask({ ...ADDRESSES[0], rate: threshold / 2 ** 32, scale: 1, out });
        return out[0];
      };
      expect(draw(words[0])).toBe(1);
      expect(draw(words[0] + 1)).toBe(0);
    });

    it('mark dropped elements as zoneout wants them', () => {
      const out = new Float32Array(100);
      newKernels().bernoulliMask({ ...ADDRESSES[0], rate: 0.3, scale: 0, dropped: 1, out });
      const words = new Uint32Array(100);
      portable.bits({ ...ADDRESSES[0], out: words });
      expect(Array.from(out)).toEqual(
        Array.from(words, (word) => (word < Math.floor(0.3 * 2 ** 32) ? 1 : 0)),
      );
    });

    it('drop as often as the rate says', () => {
      const n = 100_000;
      const out = new Float32Array(n);
      newKernels().bernoulliMask({ ...ADDRESSES[1], rate: 0.2, scale: 1, out });
      const dropped = out.filter((value) => value === 0).length;
      // five standard deviations of the binomial
      expect(Math.abs(dropped - 0.2 * n)).toBeLessThan(5 * Math.sqrt(n * 0.2 * 0.8));
    });

    it('follow the formulas for uniform and normal numbers', () => {
      const kernels = newKernels();
      for (const address of ADDRESSES) {
        for (const length of LENGTHS) {
          const words = new Uint32Array(length + 4);
          portable.bits({ ...address, out: words });
          const uniform = new Float32Array(length);
          kernels.uniform({ ...address, low: -2, high: 3, out: uniform });
          const unit = (i: number) => (words[i] + 0.5) / 2 ** 32;
          const expected = Array.from(uniform, (_, i) => -2 + 5 * unit(i));
          expectClose(uniform, expected, 1e-6, 'uniform');
          const normal = new Float32Array(length);
          kernels.normal({ ...address, mean: 1, deviation: 0.5, out: normal });
          const gaussian = Array.from(normal, (_, i) => {
            const pair = i - (i % 2);
            const radius = Math.sqrt(-2 * Math.log(unit(pair)));
            const angle = 2 * Math.PI * unit(pair + 1);
            return 1 + 0.5 * radius * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
          });
          expectClose(normal, gaussian, 1e-5, 'normal');
        }
      }
    });
  });
}
