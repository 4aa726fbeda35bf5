// One pool of persistent threads per process. The calling thread is worker 0.
//
// Workers spin for about 50 us after a job, then sleep on a condition variable, so that a training step
// of many short calls pays no wake-ups and an idle process costs nothing. `barrier` is a spinning barrier
// between the workers of the running job. `workspace` hands out grow-only, 64-byte aligned memory by slot;
// its contents do not survive a call.
#pragma once
#include <cstddef>
#include <cstdint>

namespace lethe {

// Memory of at least `bytes`, aligned to large pages and on them where the system has them (they spare most
// misses of the address cache); null when there is none. Released by std::free.
void* allocatePages(size_t bytes);

// How operands of matrix products are held: float32, or bf16 by one of two units of the processor.
enum class Precision { f32, dot, amx };

class Pool {
 public:
  using Job = void (*)(void* context, int worker, int workers);

  static Pool& instance();

  int threads() const;
  void setThreads(int count);

  // Calls from several JavaScript threads take turns: enter before a kernel, leave after it.
  void enter();
  void leave();

  // Runs job on every worker and returns when all are done. Not re-entrant.
  void run(Job job, void* context);

  // Waits until all `members` callers of the group have arrived. Groups 0..63 are independent.
  void barrier(int group, int members);

  // Next number of a shared counter that starts at 0 in every job.
  long next();

  // Of all products until it is set again.
  Precision precision() const;
  void setPrecision(Precision precision);

  // Copies in bf16 of arrays that do not change until the next call, for whoever reads them once and is bound by memory.
  void keepRounded(const float* const* arrays, const size_t* sizes, int count);
  // The copy of what begins at `p`, an array or a part of one; null when there is none.
  const uint16_t* rounded(const float* p) const;

  // Slots 0..31; valid until the same slot is asked for with a larger size.
  float* workspace(int slot, size_t floats);

 private:
  Pool();
  struct State;
  State* state_;
};

}  // namespace lethe
