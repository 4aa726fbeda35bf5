/** Frames of a piece as notes that are held. */

export interface Note {
  /** MIDI number */
  pitch: number;
  /** frames */
  start: number;
  length: number;
}

/** A pitch that sounds in neighbouring frames is one note. */
export function notesOf(frames: readonly (readonly number[])[]): Note[] {
  const notes: Note[] = [];
  const open = new Map<number, Note>();
  for (const [t, frame] of frames.entries()) {
    for (const pitch of frame) {
      const held = open.get(pitch);
      if (held && held.start + held.length === t) held.length++;
      else {
        const note = { pitch, start: t, length: 1 };
        open.set(pitch, note);
        notes.push(note);
      }
    }
  }
  return notes;
}
