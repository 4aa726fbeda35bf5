// Which unit of this processor multiplies bf16 numbers.
#pragma once
#include "pool.h"

namespace lethe {

// The best unit for bf16 under kernels of the instruction set `isa`; f32 where there is none. AMX needs the system's
// permission, which is asked for once; LETHE_AMX=0 in the environment leaves it unused.
Precision bf16Unit(const char* isa);

}  // namespace lethe
