// Picks the kernels for this processor.
#pragma once
#include "params.h"

namespace lethe {

// The widest instruction set that the processor has; LETHE_ISA in the environment asks for a lower one. Null
// when it asks for one that is unknown or that the processor does not have.
const KernelTable* chooseKernels();

}  // namespace lethe
