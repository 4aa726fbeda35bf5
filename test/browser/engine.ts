/** What a page does in the test of what can be wrong with the engine: loads it when it is told to, and says what it got. */
import { matmul, scoped, tensor } from 'lethe';
import { engineInUse } from 'lethe/engine';
import { useWasm } from 'lethe/wasm';

const page = globalThis as unknown as { load(): Promise<object> };

page.load = async () => {
  const problem = await useWasm().then(
    () => undefined,
    ({ code, message }) => ({ code, message }),
  );
  const product = scoped(() => matmul(tensor([[1, 2]]), tensor([[3], [4]])).item());
  return { problem, engine: engineInUse().engine, threads: engineInUse().threads, product };
};
