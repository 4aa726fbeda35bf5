/** A MIDI file, read. */

/** A note from key press to release, in ticks from the beginning. */
export interface MidiNote {
  start: number;
  end: number;
  /** 0 to 127; 60 is the middle C */
  key: number;
  /** 1 to 127 */
  velocity: number;
  /** 0 to 15; 9 is percussion */
  channel: number;
}

/** A change of tempo. */
export interface MidiTempo {
  tick: number;
  microsecondsPerQuarter: number;
}

/** What a MIDI file sounds like. */
export interface MidiFile {
  format: 0 | 1 | 2;
  /**
   * Where the file counts time in frames of film instead of beats, the ticks in a quarter note at the standard's
   * default tempo of 120 beats a minute.
   */
  ticksPerQuarter: number;
  tempos: MidiTempo[];
  /** ordered by start, then key */
  notes: MidiNote[];
  /** faults that the file was read in spite of, each kind once, in words */
  remarks: string[];
}
