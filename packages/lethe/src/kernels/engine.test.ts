import { afterEach, describe, expect, it, vi } from 'vitest';

/** The engine as a fresh process with this environment would choose it. */
async function engineWith(environment: Record<string, string>): Promise<typeof import('./engine.ts')> {
  vi.resetModules();
  for (const name of ['LETHE_ENGINE', 'LETHE_THREADS', 'LETHE_DTYPE'])
    vi.stubEnv(name, environment[name] ?? '');
  return import('./engine.ts');
}

describe('the engine', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    vi.resetModules();
  });

  it('is what the environment asks for', async () => {
    const { kernels } = await engineWith({ LETHE_ENGINE: 'portable' });
    expect(kernels().engine).toBe('portable');
    expect(kernels()).toBe(kernels());
  });

  it('is portable in float64, which native does not have', async () => {
    const { kernels, useEngine } = await engineWith({ LETHE_DTYPE: 'f64' });
    expect(kernels().engine).toBe('portable');
    expect(() => useEngine('native')).toThrow('float64 runs on LETHE_ENGINE=portable');
    expect(() => useEngine('wasm')).toThrow('with the wasm engine, got f64');
  });

  it('falls back to WebAssembly with one notice when the native kernels do not load', async () => {
    vi.doMock('./native.ts', () => ({ loadNative: () => null, nativeProblem: () => 'it is not built' }));
    const notice = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { kernels, useEngine } = await engineWith({});
    kernels();
    expect(kernels().engine).toBe('wasm');
    expect(notice).toHaveBeenCalledTimes(1);
    expect(notice.mock.calls[0][0]).toContain('the WebAssembly engine runs');
    expect(() => useEngine('native')).toThrow('it is not built');
    vi.doUnmock('./native.ts');
  });

  it('falls back to portable with one notice when there is no WebAssembly either', async () => {
    vi.doMock('./native.ts', () => ({ loadNative: () => null, nativeProblem: () => 'it is not built' }));
    vi.doMock('./wasm.ts', () => ({ loadWasm: () => null, wasmProblem: () => 'there is no SIMD' }));
    const notice = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { kernels, useEngine } = await engineWith({});
    kernels();
    expect(kernels().engine).toBe('portable');
    expect(notice).toHaveBeenCalledTimes(1);
    expect(() => useEngine('native')).toThrow('it is not built');
    expect(() => useEngine('wasm')).toThrow('there is no SIMD');
    vi.doUnmock('./native.ts');
    vi.doUnmock('./wasm.ts');
  });

  it('refuses an engine, a number type or a number of threads that cannot be, naming the value', async () => {
    const unknown = await engineWith({ LETHE_ENGINE: 'gpu' });
    expect(() => unknown.kernels()).toThrow('native, wasm or portable, got "gpu"');
    const { kernels } = await engineWith({ LETHE_DTYPE: 'float64' });
    expect(() => kernels()).toThrow('LETHE_DTYPE to be f32 or f64, got "float64"');
    const none = await engineWith({ LETHE_ENGINE: 'portable', LETHE_THREADS: '0' });
    expect(() => none.kernels()).toThrow('whole number of at least 1, got "0"');
  });
});
