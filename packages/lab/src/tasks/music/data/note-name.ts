/** Names of MIDI notes. */

const names = ['C', 'C♯', 'D', 'D♯', 'E', 'F', 'F♯', 'G', 'G♯', 'A', 'A♯', 'B'];

/** The name of a MIDI note with its octave; 60 is C4. */
export function noteName(note: number): string {
  return `${names[((note % 12) + 12) % 12]}${Math.floor(note / 12) - 1}`;
}

/** Whether it is a black key of the piano. */
export function isBlackKey(note: number): boolean {
  return names[((note % 12) + 12) % 12].length > 1;
}

/** Time steps in a bar of four quarter notes. Files of notes do not say which metre they are in; this one is taken for all. */
export function stepsPerBar(stepsPerQuarter: number): number {
  return 4 * stepsPerQuarter;
}
