/** Where the packages of kernels lie in Node.js: beside this module or, where a bundle took it elsewhere, beside the program. */

/** The `require` of the first of these places that finds `name`, a package or a file of one; undefined where none does. */
export function requireOf(name: string): NodeJS.Require | undefined {
  const { createRequire } = globalThis.process.getBuiltinModule('node:module');
  for (const place of places()) {
    try {
      const require = createRequire(place);
      require.resolve(name);
      return require;
    } catch {}
  }
  return undefined;
}

// --- internal ---

/**
 * A bundle as a CommonJS module has no `import.meta.url`, but a `__filename`; others keep the address from the machine that built them. What a
 * program loads from elsewhere, as functions in a cloud are, is named by neither, but by the program.
 */
function places(): string[] {
  const module: string | undefined = import.meta.url;
  return [module, fileOfBundle(), globalThis.process.argv[1]].filter((place) => place !== undefined);
}

/** Asked for without `typeof`: webpack says of it that it is a text, in ES modules too, where there is none. */
function fileOfBundle(): string | undefined {
  try {
    return __filename;
  } catch {
    return undefined;
  }
}
