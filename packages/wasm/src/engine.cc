// The kernels for WebAssembly: a table of them by number, called with a struct of parameters that JavaScript has filled in.
#include <stdint.h>

#include "params.h"
#include "pool.h"

namespace lethe {

const uint16_t* Pool::rounded(const float*, size_t) const { return nullptr; }

namespace wasm {
extern const KernelTable kernelTable;
}

namespace {

using Kernel = void (*)(const void* p, double* sums, Pool& pool);

const Kernel table[] = {
#define LETHE_KERNEL(name, Params, pass) \
  [](const void* p, double*, Pool& pool) { wasm::kernelTable.name(*static_cast<const Params*>(p), pool); },
#define LETHE_SUMS(name, Params, pass, count) \
  [](const void* p, double* sums, Pool& pool) { wasm::kernelTable.name(*static_cast<const Params*>(p), sums, pool); },
#include "kernels.def"
#undef LETHE_KERNEL
#undef LETHE_SUMS
};

}  // namespace

extern "C" __attribute__((export_name("call"))) void lethe_call(int kernel, const void* p, double* sums, int threads) {
  Pool pool(threads, Precision::f32, nullptr);
  table[kernel](p, sums, pool);
}

}  // namespace lethe

// The one function that the kernels have from a library: JavaScript's.
extern "C" {
__attribute__((import_module("lethe"), import_name("log"))) double lethe_log(double x);
double log(double x) { return lethe_log(x); }
}
