/**
 * The order of the rooms: a file imports from its own room and from those below, never from one above, types included. The most
 * specific entry that a file lies under is its room; `*` stands for one folder, and such folders do not know each other.
 */

/** Packages from above: each may import those below it. */
export const packages = ['dashboard', 'playground', 'lab', 'lethe', 'native'] as const;

/** The rooms of each package from above; those of the library stand beside its own test. */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  playground: [
    'page',
    'worker.ts',
    'messages.ts',
    'methods.ts',
    'training.ts',
    'check-settings.ts',
    'store.ts',
    'tunes.ts',
    'settings.ts',
  ],
  dashboard: ['index.ts', 'server', 'files', 'explorer', 'shared'],
  lab: [
    'index.ts',
    'internal.ts',
    'scales.ts',
    'cli',
    'experiments/reproduce',
    'experiments/compare',
    'experiments/sweep',
    'experiments/search',
    'verify',
    'playground',
    'exchange',
    'report',
    'training',
    'tasks',
    'tasks/*',
    'tasks/shared',
    'tasks/kind.ts',
    'bench',
    'studies',
    'pictures',
    'runs',
    'data/tables',
    'data',
    'data/formats',
    'data/words',
    'files',
    'common',
  ],
};
