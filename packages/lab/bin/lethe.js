#!/usr/bin/env node
// The command `lethe`. All it does is load the built code, or say how to build it.

// Stacks then name the sources, of which the built code is a bundle.
if (process.env.LETHE_DEBUG) process.setSourceMapsEnabled(true);

let main;
try {
  ({ main } = await import('../dist/cli/main.js'));
} catch (error) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !/[\\/]dist[\\/]/.test(error.message)) throw error;
  process.stderr.write(
    'lethe: the command is not built yet; run `npm run build` in the checkout, then try again.\n',
  );
  process.exitCode = 1;
}
if (main) process.exitCode = await main(process.argv.slice(2), undefined, () => import('@lethe/dashboard'));
