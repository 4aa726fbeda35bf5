#include "dispatch.h"

#include <cstdlib>
#include <cstring>

namespace lethe {

#if defined(LETHE_ONLY)
// A build for one instruction set, which the processor must have.
namespace LETHE_ONLY {
extern const KernelTable kernelTable;
}
const KernelTable* chooseKernels() { return &LETHE_ONLY::kernelTable; }
#elif defined(__x86_64__)
namespace baseline {
extern const KernelTable kernelTable;
}
namespace avx2 {
extern const KernelTable kernelTable;
}
namespace avx512 {
extern const KernelTable kernelTable;
}

const KernelTable* chooseKernels() {
  const char* wanted = std::getenv("LETHE_ISA");
  __builtin_cpu_init();
  bool hasAvx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  bool hasAvx512 = hasAvx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  const KernelTable* best = hasAvx512 ? &avx512::kernelTable : hasAvx2 ? &avx2::kernelTable : &baseline::kernelTable;
  if (!wanted || !*wanted) return best;
  if (!std::strcmp(wanted, "baseline")) return &baseline::kernelTable;
  if (!std::strcmp(wanted, "avx2") && hasAvx2) return &avx2::kernelTable;
  if (!std::strcmp(wanted, "avx512") && hasAvx512) return &avx512::kernelTable;
  return nullptr;
}
#elif defined(__aarch64__)
namespace neon {
extern const KernelTable kernelTable;
}
const KernelTable* chooseKernels() { return &neon::kernelTable; }
#else
namespace baseline {
extern const KernelTable kernelTable;
}
const KernelTable* chooseKernels() { return &baseline::kernelTable; }
#endif

}  // namespace lethe
