/** Named arrays of a file of another program, safetensors or npz; what cannot be read is answered with how to convert it. */
import fs from 'node:fs';
import path from 'node:path';
import { DataError, decodeSafetensors, LetheError, type StoredTensor } from 'lethe';
import { NdArray } from '../data/formats/ndarray.ts';
import { readNpz } from '../data/formats/npy.ts';
import { systemReason } from '../files/system-error.ts';

/** Throws DataError for another format, with the lines of Python that convert it, and for what is broken or cannot be opened. */
export function readArrays(file: string): Record<string, StoredTensor> {
  const bytes = bytesOf(file);
  if (!isSafetensors(bytes)) {
    const foreign = foreignFormat(file, bytes);
    if (foreign) throw new DataError(`${file}: ${foreign}`);
    if (isZip(bytes)) return ofNpz(bytes, file);
  }
  const { tensors, unread } = inFile(file, () => decodeSafetensors(bytes));
  const [name] = Object.keys(unread);
  if (name !== undefined) throw new DataError(`${file}: '${name}' cannot be read: ${unread[name].reason}`);
  return tensors;
}

/** What `read` makes of a file; its errors have the name of the file in front. */
export function inFile<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    // The functions of the library name themselves: nobody called them who gave a file.
    const message = (error as Error).message.replace(/^importModel: /, '');
    if (error instanceof LetheError) throw new DataError(`${file}: ${message}`, { cause: error });
    throw error;
  }
}

// --- internal ---

/** Larger archives are no weights. */
const limit = 2 ** 33;

function bytesOf(file: string): Buffer {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    throw new DataError(
      `${file}: expected a file of safetensors or npz, found none: ${systemReason(error)}`,
      {
        cause: error,
      },
    );
  }
}

/** By the length of its header and the brace in which that begins: the length alone may look like another format (640 as a pickle). */
const isSafetensors = (bytes: Buffer): boolean =>
  bytes.length > 8 && bytes[8] === 0x7b && bytes.readBigUInt64LE() <= BigInt(bytes.length - 8);

const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

/** What to do about a format that is not read, by its content and its ending; undefined for those that are. */
function foreignFormat(file: string, bytes: Buffer): string | undefined {
  const ending = path.extname(file).toLowerCase();
  const start = bytes.toString('latin1', 0, 8);
  const head = bytes.toString('latin1', 0, 4096);
  if (bytes.length === 0) return 'expected safetensors or npz, found an empty file';
  if (isZip(bytes) && (head.includes('data.pkl') || head.includes('constants.pkl'))) return torch;
  if (['.pt', '.pth', '.ckpt'].includes(ending) || start.startsWith('\x80\x02')) return torch;
  if (ending === '.keras' || (isZip(bytes) && head.includes('model.weights.h5'))) return keras;
  if (['.h5', '.hdf5'].includes(ending) || start.startsWith('\x89HDF')) return hdf;
  if (start.startsWith('\x93NUMPY')) return npy;
  if (ending === '.onnx')
    return 'expected weights as safetensors or npz, found an ONNX model, which holds a computation; export the weights of the program that made it';
  return undefined;
}

const torch =
  'expected safetensors or npz, found a file of torch.save, which is a program for Python\'s pickle; convert it in Python: safetensors.torch.save_file({k: v.contiguous() for k, v in torch.load(FILE, weights_only=True).items()}, "weights.safetensors")';
const npy =
  'expected safetensors or npz, found one array of NumPy without a name; write all arrays of the model by their names: numpy.savez("weights.npz", **arrays)';
const keras =
  'expected safetensors or npz, found a Keras model; convert it in Python: numpy.savez("weights.npz", **{w.path: w.numpy() for w in keras.saving.load_model(FILE).weights})';
const hdf =
  'expected safetensors or npz, found HDF5; convert it in Python: build the model, model.load_weights(FILE), then numpy.savez("weights.npz", **{w.path: w.numpy() for w in model.weights})';

function ofNpz(bytes: Buffer, file: string): Record<string, StoredTensor> {
  const arrays = Array.from(readNpz(bytes, file, limit), ([name, value]): [string, StoredTensor] => {
    if (!(value instanceof NdArray))
      throw new DataError(`${file}: '${name}' is an array of objects, expected numbers`);
    return [name, { shape: value.shape, data: Float64Array.from(value.values) }];
  });
  return Object.fromEntries(arrays);
}
