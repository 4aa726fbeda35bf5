import { Resvg } from '@resvg/resvg-js';
import { expect, it } from 'vitest';
import { ink, muted, palette } from './colour.ts';
import { figure } from './figure.ts';
import { panel } from './panel.ts';
import { dark, themeStyle } from './theme.ts';

const picture = figure(
  [
    panel({
      width: 300,
      height: 200,
      title: 'a picture',
      x: { label: 'epoch', domain: [0, 1] },
      y: { label: 'nats', domain: [0, 1] },
      marks: [{ kind: 'line', x: [0, 1], y: [0, 1], colour: palette[0] }],
    }),
  ],
  { label: 'a picture' },
);

/** Lightness of a colour in sRGB, and the contrast of two, by WCAG 2.2. */
const luminance = (colour: string): number => {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (one: string, other: string): number => {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};

it('a picture says itself what it looks like on a dark screen: every colour in it has another there', () => {
  expect(picture).toContain(themeStyle);
  const used = new Set(
    [...picture.replace(themeStyle, '').matchAll(/(?:fill|stroke)="(#\w+)"/g)].map(([, c]) => c),
  );
  expect(used.size).toBeGreaterThan(3);
  for (const colour of used) {
    if (colour === '#ffffff') continue; // the paper, by its class
    expect(themeStyle, colour).toContain(`[fill="${colour}"]{fill:`);
    expect(themeStyle, colour).toContain(`[stroke="${colour}"]{stroke:`);
  }
});

it('letters stand out 4.5 to 1 and lines 3 to 1 in the dark, as WCAG 2.2 asks (1.4.3, 1.4.11)', () => {
  expect(contrast(ink, '#ffffff')).toBeGreaterThan(4.5);
  expect(contrast(muted, '#ffffff')).toBeGreaterThan(4.5);
  for (const letters of [dark.ink, dark.muted, dark.accent])
    expect(contrast(letters, dark.paper), letters).toBeGreaterThan(4.5);
  for (const line of dark.palette) expect(contrast(line, dark.paper), line).toBeGreaterThan(3);
});

it('a program that knows no media draws it on white paper', () => {
  const { pixels } = new Resvg(picture).render();
  expect([...pixels.subarray(0, 4)]).toEqual([255, 255, 255, 255]);
});
