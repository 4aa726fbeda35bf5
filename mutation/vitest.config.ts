import { defineConfig, mergeConfig } from 'vitest/config';
import plain from '../vitest.config.ts';
import { rooms } from './rooms.mjs';

// The tests that have to notice what is changed in a room.
const { tests } = rooms[process.env.LETHE_ROOM as keyof typeof rooms];
const merged = mergeConfig(plain, defineConfig({ test: { pool: 'threads' } }));
merged.test.include = tests.map((tests) => (tests.endsWith('.ts') ? tests : `${tests}/**/*.test.ts`));
export default merged;
