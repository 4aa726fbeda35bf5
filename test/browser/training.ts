/** What the worker of a page does in the test of browsers: trains a small network on the WebAssembly engine, and tells. */
import { adam, fit, linear, lstm, NoiseStream, scoped, squaredError, Tensor } from 'lethe';
import { parseDropout } from 'lethe/dropout';
import { useWasm } from 'lethe/wasm';

const page = globalThis as unknown as { postMessage(message: unknown): void };

async function train(): Promise<object> {
  const { engine, isa, threads } = await useWasm();
  const noise = new NoiseStream(1);
  const [steps, batch, hidden] = [20, 64, 64];
  const wave = (t: number, b: number) => Math.sin(0.5 * t + b);
  const frames = (shift: number) =>
    new Tensor(
      [steps, batch, 1],
      Float32Array.from({ length: steps * batch }, (_, n) => wave(Math.floor(n / batch) + shift, n % batch)),
    );
  const [x, y] = [frames(0), frames(1)];
  const layer = lstm(
    { inputSize: 1, hiddenSize: hidden, dropout: parseDropout('variational:recurrent=.1') },
    noise,
  );
  const readout = linear({ inputSize: hidden, outputSize: 1, layer: 1 }, noise);
  const parameters = {
    ...layer.parameters,
    weightOut: readout.parameters.weight,
    biasOut: readout.parameters.bias,
  };
  const loss = (_: number, draws?: NoiseStream) =>
    squaredError(readout.forward(layer.forward(x, undefined, draws).output), y);
  // biome-ignore lint/suspicious/noFocusedTests: the training loop, not a test
  const { best, history } = await fit({
    parameters,
    optimizer: adam(parameters, { stepRate: 0.01 }),
    batches: () => Array(10).keys(),
    loss,
    noise,
    validate: () => scoped(() => loss(0).loss.item()),
    epochs: 10,
  });
  const sum = Object.values(parameters).reduce(
    (total, { data }) => total + Array.from(data).reduce((s, v) => s + v, 0),
    0,
  );
  return { engine, isa, threads, first: history[0].train, last: best.valid, sum };
}

train().then(
  (result) => page.postMessage(result),
  (error) => page.postMessage({ error: String(error) }),
);
