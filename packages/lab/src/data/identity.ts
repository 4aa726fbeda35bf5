/** Which data a run was trained on, for `environment.json` and for the check of `resume`. */

/** Name, counts and checksum of a data set. */
export interface DataIdentity {
  name: string;
  source: string;
  /** what each split has of each thing that is counted */
  splits: Record<'train' | 'valid' | 'test', Record<string, number>> & {
    calibration?: Record<string, number>;
  };
  /** sha256 over the content of all splits */
  sha256: string;
  /** what else the task says of it */
  [more: string]: unknown;
}
