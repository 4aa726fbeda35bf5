import { DataError } from 'lethe';

/**
 * A data set that is nowhere to be had: not on this machine, and not fetched. Damaged data is never this error, so
 * whoever has something else to offer may catch it.
 */
export class MissingDataError extends DataError {}
