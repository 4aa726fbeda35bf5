#include "cache.h"

#if defined(__linux__)
#include <unistd.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#endif

namespace lethe {
namespace {

long told() {
#if defined(_SC_LEVEL2_CACHE_SIZE)
  return sysconf(_SC_LEVEL2_CACHE_SIZE);
#elif defined(__APPLE__)
  long long bytes = 0;
  size_t size = sizeof(bytes);
  return sysctlbyname("hw.perflevel0.l2cachesize", &bytes, &size, nullptr, 0) == 0 ? (long)bytes : 0;
#else
  return 0;
#endif
}

}  // namespace

long secondLevelCache() {
  // Larger ones are shared by cores; nothing was measured there.
  constexpr long most = 2 << 20;
  static const long bytes = told();
  return bytes <= 0 ? 1 << 20 : bytes < most ? bytes : most;
}

}  // namespace lethe
