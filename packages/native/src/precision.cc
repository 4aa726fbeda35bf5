#include "precision.h"

#include <cstdlib>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace lethe {
namespace {

#if defined(__x86_64__)

// Tiles have 8 kB of state for each thread; Linux lets a process have it on request (arch_prctl ARCH_REQ_XCOMP_PERM, tile data).
bool tilesPermitted() {
#if defined(__linux__)
  constexpr long requestPermission = 0x1023, tileData = 18;
  static const bool granted = syscall(SYS_arch_prctl, requestPermission, tileData) == 0;
  return granted;
#else
  return false;
#endif
}

bool hasAmx() {
  const char* wanted = std::getenv("LETHE_AMX");
  if (wanted && !std::strcmp(wanted, "0")) return false;
  unsigned a, b, c, d;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return false;
  const bool tile = d & (1u << 24), bf16 = d & (1u << 22);
  return tile && bf16 && tilesPermitted();
}

bool hasDots() {
  unsigned a, b, c, d;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & (1u << 5));
}

#endif

}  // namespace

Precision bf16Unit(const char* isa) {
#if defined(__x86_64__)
  // Asked once: a virtual machine leaves to its host at every cpuid. A small product took 16.9 us so, 1.3 now (AMD Zen 5).
  // Rounding takes AVX512-BF16 in either case.
  static const Precision unit = !hasDots() ? Precision::f32 : hasAmx() ? Precision::amx : Precision::dot;
  return std::strcmp(isa, "avx512") ? Precision::f32 : unit;
#else
  (void)isa;
  return Precision::f32;
#endif
}

}  // namespace lethe
