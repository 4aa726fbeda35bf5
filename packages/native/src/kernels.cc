// All kernels for one instruction set. Compiled once for each, with LETHE_ISA naming the namespace; includes
// no standard templates, because the linker would mix the copies of different instruction sets.
#include <stddef.h>
#include <stdint.h>

#include "cache.h"
#include "params.h"
#include "pool.h"
// in this order
#include "simd.h"
#include "panels.h"
#include "bf16.h"
#include "gemm_bf16.h"
#include "half_rooms.h"
#include "gemm.h"
#include "sparse.h"
#include "plain_panels.h"
#include "rnn.h"
#include "transfer.h"
#include "deep.h"
#include "gates.h"
#include "lstm.h"
#include "gru.h"
#include "moments.h"
#include "moments_rnn.h"
#include "moments_deep.h"
#include "moments_gates.h"
#include "moments_lstm.h"
#include "moments_gru.h"
#include "loss.h"
#include "readout.h"
#include "readout_top.h"
#include "nade.h"
#include "nade_backward.h"
#include "weights.h"
#include "differences.h"
#include "rows.h"
#include "step_sums.h"
#include "attention.h"
#include "optim.h"
#include "random.h"

#define LETHE_QUOTE(x) #x
#define LETHE_NAME(x) LETHE_QUOTE(x)

namespace lethe {
namespace LETHE_ISA {

extern const KernelTable kernelTable;
const KernelTable kernelTable = {
    LETHE_NAME(LETHE_ISA),
#define LETHE_KERNEL(name, Params, pass) name,
#define LETHE_SUMS(name, Params, pass, count) name,
#include "kernels.def"
#undef LETHE_KERNEL
#undef LETHE_SUMS
};

}  // namespace LETHE_ISA
}  // namespace lethe
