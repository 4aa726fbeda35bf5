/** The command on the sources, for the tests that need a process of its own. */
import { main } from '../packages/lab/src/cli/main.ts';

process.exitCode = await main(process.argv.slice(2), undefined, () => import('@lethe/dashboard'));
