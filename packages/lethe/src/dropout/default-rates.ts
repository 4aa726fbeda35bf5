/** The rates of a method that is named without any: those that its literature reports, so that a method never trains without its noise. */

/**
 * The options, and where no rate is given, the method's usual ones. A rate of 0 is a rate: it says that there is none.
 * @param rates keys that are rates
 * @param usual what is taken then
 */
export function withDefaultRates<Options extends object>(
  options: Options,
  rates: readonly (keyof Options)[],
  usual: Options,
): Options {
  const isGiven = rates.some((key) => options[key] !== undefined);
  return isGiven ? options : { ...usual, ...defined(options) };
}

// --- internal ---

function defined<Options extends object>(options: Options): Partial<Options> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<Options>;
}
