// What one call of a kernel works with: so many of the process's threads, its workspaces, a precision. All of it is an argument of
// the call, so that calls of different settings in one process do not see each other.
#pragma once
#include <stdint.h>

#include "crew.h"
#include "subnormals.h"

namespace lethe {

// How operands of matrix products are held: float32, or bf16 by one of two units of the processor.
enum class Precision { f32, dot, amx };

class RoundedCopies;  // rounded.h

class Pool {
 public:
  using Job = Crew::Job;

  // Takes its turn with other JavaScript threads, and leaves when it ends.
  Pool(int threads, Precision precision, RoundedCopies* rounded) : crew_(Crew::instance()), precision_(precision), rounded_(rounded) {
    crew_.enter();
    threads_ = crew_.ready(threads);
  }
  ~Pool() { crew_.leave(); }
  Pool(const Pool&) = delete;

  int threads() const { return threads_; }
  Precision precision() const { return precision_; }
  // The copy in bf16 of the n numbers at `p`; null when there is none. Throws StaleCopy; call it outside of jobs.
  const uint16_t* rounded(const float* p, size_t n) const;

  // As for the crew.
  void run(Job job, void* context) { crew_.run(threads_, job, context); }
  void barrier(int group, int members) { crew_.barrier(group, members); }
  long next() { return crew_.next(); }
  float* workspace(int slot, size_t floats) { return crew_.workspace(slot, floats); }

 private:
  Crew& crew_;
  FlushedSubnormals flushed_;
  int threads_;
  Precision precision_;
  RoundedCopies* rounded_;
};

}  // namespace lethe
