// Parameters of the kernels, as the TypeScript contract states them: plain pointers and numbers, a family a file. Arrays are
// row-major; a null pointer is an absent array. Gradients (d...) are added to; everything else is overwritten.
#pragma once
#include "params/arrays.h"
#include "params/attention.h"
#include "params/deep.h"
#include "params/loss.h"
#include "params/moments.h"
#include "params/nade.h"
#include "params/optim.h"
#include "params/random.h"
#include "params/recurrent.h"

namespace lethe {

class Pool;

// What one instruction set offers.
struct KernelTable {
  const char* isa;
#define LETHE_KERNEL(name, Params, pass) void (*name)(const Params&, Pool&);
#define LETHE_SUMS(name, Params, pass, count) void (*name)(const Params&, double* sums, Pool&);
#include "kernels.def"
#undef LETHE_KERNEL
#undef LETHE_SUMS
};

}  // namespace lethe
