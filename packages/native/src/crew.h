// The threads and the memory that all kernels of a process share. The calling thread is worker 0.
//
// Workers spin for about 50 us after a job, then sleep on a condition variable, so that a training step of many short calls pays
// no wake-ups and an idle process costs nothing. Threads are made when a call first asks for them, with a stack of their own
// size, and end when the last JavaScript thread that uses the addon does.
#pragma once
#include <stddef.h>

namespace lethe {

// Memory of at least `bytes`, aligned to large pages and on them where the system has them (they spare most
// misses of the address cache); null when there is none. Released by std::free.
void* allocatePages(size_t bytes);

class Crew {
 public:
  using Job = void (*)(void* context, int worker, int workers);

  static Crew& instance();

  // Calls from several JavaScript threads take turns: enter before a kernel, leave after it.
  void enter();
  void leave();

  // As many workers as asked for, or as many as the system grants; between enter and leave.
  int ready(int workers);

  // Runs job on `workers`, which are ready, and returns when all are done. Not re-entrant.
  void run(int workers, Job job, void* context);

  // Waits until all `members` callers of the group have arrived. Groups 0..63 are independent.
  void barrier(int group, int members);

  // Next number of a shared counter that starts at 0 in every job.
  long next();

  // Slots 0..31; grow-only and 64-byte aligned, valid until the same slot is asked for with a larger size. Contents do not
  // survive a call. Throws std::bad_alloc; call it outside of jobs.
  float* workspace(int slot, size_t floats);

  // A JavaScript thread begins, or ends, to use the addon; after the last one threads and workspaces are gone.
  void join();
  void part();

 private:
  Crew();
  struct State;
  State* state_;
};

}  // namespace lethe
