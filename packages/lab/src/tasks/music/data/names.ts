/** Names of music data sets. */
import { catalogue } from './catalogue.ts';

/** The embedded corpus. */
export const embeddedName = 'folk';

/** Every name that `loadMusic` knows; anything else is a folder of MIDI files. */
export const musicNames: readonly string[] = [...catalogue.map((entry) => entry.name), embeddedName];
