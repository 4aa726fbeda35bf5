#include "crew.h"

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <new>
#include <thread>

#include "subnormals.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif
#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

namespace lethe {
namespace {

constexpr int MOST_WORKERS = 256;
constexpr size_t STACK = 1 << 20;  // a product keeps 130 kB on it; some systems give a thread no more than that

inline void relax() {
#if defined(__x86_64__) || defined(__i386__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Spins while `waiting` holds; after 50 us it yields the processor between looks, so that more threads
// than cores still make progress.
template <class Condition>
void spinWhile(Condition waiting) {
  for (int i = 0; i < 2000; i++) {
    if (!waiting()) return;
    relax();
  }
  while (waiting()) std::this_thread::yield();
}

struct alignas(64) BarrierState {
  std::atomic<int> arrived{0};
  std::atomic<unsigned> phase{0};
};

struct Slot {
  float* data = nullptr;
  size_t floats = 0;
};

}  // namespace

void* allocatePages(size_t bytes) {
  const size_t page = bytes >= (1u << 19) ? (1u << 21) : 64;
  const size_t size = (bytes + page - 1) / page * page;
  void* data = std::aligned_alloc(page, size);
#if defined(MADV_HUGEPAGE)
  if (data && page > 64) madvise(data, size, MADV_HUGEPAGE);
#endif
  return data;
}

struct Crew::State {
  struct Worker {
    State* state;
    int number;
    uint64_t seen;
    pthread_t thread;
  };

  int threads = 0;  // besides the calling one
  Worker* workers[MOST_WORKERS] = {};
  // The number of the present job in the upper bits, its workers in the lower nine: one word, so that a thread which wakes
  // late never takes the workers of one job for those of the next. Workers 0: the crew is dismissed.
  alignas(64) std::atomic<uint64_t> order{0};
  alignas(64) std::atomic<int> running{0};
  alignas(64) std::atomic<long> counter{0};
  std::atomic<int> sleeping{0};
  std::mutex mutex;
  std::condition_variable wake;
  std::mutex callers;
  int members = 0;
  Job job = nullptr;
  void* context = nullptr;
  BarrierState barriers[64];
  Slot slots[32];

  static int workersOf(uint64_t order) { return (int)(order & 511); }

  static void* work(void* argument) {
    Worker& self = *static_cast<Worker*>(argument);
    State& s = *self.state;
    const FlushedSubnormals flushed;
    for (;;) {
      auto deadline = std::chrono::steady_clock::now() + std::chrono::microseconds(50);
      int looks = 0;
      while (s.order.load(std::memory_order_acquire) == self.seen) {
        relax();
        if ((++looks & 255) == 0 && std::chrono::steady_clock::now() > deadline) {
          std::unique_lock<std::mutex> lock(s.mutex);
          s.sleeping.fetch_add(1);
          s.wake.wait(lock, [&] { return s.order.load() != self.seen; });
          s.sleeping.fetch_sub(1);
          break;
        }
      }
      self.seen = s.order.load(std::memory_order_acquire);
      const int workers = workersOf(self.seen);
      if (workers == 0) return nullptr;
      if (self.number >= workers) continue;
      s.job(s.context, self.number, workers);
      s.running.fetch_sub(1, std::memory_order_release);
    }
  }

  void give(int workers) {
    {
      std::lock_guard<std::mutex> lock(mutex);
      order.store(((order.load() >> 9) + 1) << 9 | (uint64_t)workers);
    }
    if (sleeping.load() > 0) wake.notify_all();
  }

  bool hire() {
    auto* worker = new (std::nothrow) Worker{this, threads + 1, order.load(), {}};
    if (!worker) return false;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK);
    const bool made = pthread_create(&worker->thread, &attributes, work, worker) == 0;
    pthread_attr_destroy(&attributes);
    if (!made) {
      delete worker;
      return false;
    }
    workers[threads++] = worker;
    return true;
  }

  void dismiss() {
    if (threads > 0) give(0);
    for (; threads > 0; threads--) {
      pthread_join(workers[threads - 1]->thread, nullptr);
      delete workers[threads - 1];
    }
    for (Slot& slot : slots) {
      std::free(slot.data);
      slot = Slot{};
    }
  }
};

Crew::Crew() : state_(new State) {}

Crew& Crew::instance() {
  // Never destroyed: the process may end while a thread still looks at it.
  static Crew* crew = new Crew;
  return *crew;
}

void Crew::enter() { state_->callers.lock(); }
void Crew::leave() { state_->callers.unlock(); }

int Crew::ready(int workers) {
  State& s = *state_;
  if (workers > MOST_WORKERS) workers = MOST_WORKERS;
  while (s.threads + 1 < workers && s.hire()) continue;
  return s.threads + 1 < workers ? s.threads + 1 : workers;
}

void Crew::run(int workers, Job job, void* context) {
  State& s = *state_;
  s.counter.store(0, std::memory_order_relaxed);
  if (workers == 1) {
    job(context, 0, 1);
    return;
  }
  s.job = job;
  s.context = context;
  s.running.store(workers - 1, std::memory_order_relaxed);
  s.give(workers);
  job(context, 0, workers);
  spinWhile([&] { return s.running.load(std::memory_order_acquire) != 0; });
}

void Crew::barrier(int group, int members) {
  if (members < 2) return;
  BarrierState& b = state_->barriers[group];
  unsigned phase = b.phase.load(std::memory_order_acquire);
  if (b.arrived.fetch_add(1, std::memory_order_acq_rel) == members - 1) {
    b.arrived.store(0, std::memory_order_relaxed);
    b.phase.store(phase + 1, std::memory_order_release);
    return;
  }
  spinWhile([&] { return b.phase.load(std::memory_order_acquire) == phase; });
}

long Crew::next() { return state_->counter.fetch_add(1, std::memory_order_relaxed); }

float* Crew::workspace(int slot, size_t floats) {
  Slot& s = state_->slots[slot];
  if (s.floats < floats) {
    std::free(s.data);
    s = Slot{};
    s.data = static_cast<float*>(allocatePages(floats * sizeof(float) + 64));
    if (!s.data) throw std::bad_alloc();
    s.floats = floats;
  }
  return s.data;
}

void Crew::join() {
  std::lock_guard<std::mutex> lock(state_->callers);
  state_->members++;
}

void Crew::part() {
  std::lock_guard<std::mutex> lock(state_->callers);
  if (--state_->members == 0) state_->dismiss();
}

}  // namespace lethe
