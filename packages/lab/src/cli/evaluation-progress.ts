/** How far an evaluation is: a live line on a terminal, elsewhere a notice now and then on standard error. */
import type { Output } from './output.ts';
import { bar, clock } from './progress.ts';

/** `validating 34 %, 0:12 left` */
export function evaluationWords(
  what: string,
  { done, secondsLeft }: { done: number; secondsLeft: number },
): string {
  return `${what} ${Math.floor(100 * done)} %, ${clock(secondsLeft)} left`;
}

/** A listener for one command, whose evaluations come one after the other. */
export function evaluationProgress(output: Output, what: string): (done: number, all: number) => void {
  let began = performance.now();
  let before = 0;
  let said = began;
  let pause = firstPause;
  return (part, all) => {
    const now = performance.now();
    // The next evaluation begins anew.
    if (part < before) began = now;
    before = part;
    const done = part / all;
    const words = evaluationWords(what, { done, secondsLeft: (((now - began) / 1000) * (1 - done)) / done });
    if (output.live.shown) {
      output.live.show([`${output.colours.dim(bar(done))} ${words}`]);
      return;
    }
    if ((now - said) / 1000 < pause) return;
    said = now;
    pause = longPause;
    output.notice(words);
  };
}

// --- internal ---

/** Seconds until the first notice off a terminal, and between later ones. */
const firstPause = 5;
const longPause = 30;
