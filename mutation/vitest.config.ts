import { defineConfig, mergeConfig } from 'vitest/config';
import plain from '../vitest.config.ts';
import { rooms } from './rooms.mjs';

// The tests that have to notice what is changed in a room.
const room = rooms[process.env.LETHE_ROOM as keyof typeof rooms];
const merged = mergeConfig(plain, defineConfig({ test: { pool: 'threads' } }));
merged.test.projects = undefined;
merged.test.include = room.tests.map((tests) => (tests.endsWith('.ts') ? tests : `${tests}/**/*.test.ts`));
merged.test.exclude = ['**/node_modules/**', ...('withoutTests' in room ? room.withoutTests : [])];
// Changed code is not built: programs that tests start run the code as it was when the copy was made.
merged.test.globalSetup = [];
export default merged;
