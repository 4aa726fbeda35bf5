#include "pool.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif
#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

namespace lethe {
namespace {

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

// An array and its copy in bf16.
struct RoundedCopy {
  const float* from;
  std::vector<uint16_t> numbers;
};

struct Pool::State {
  int workers = 1;
  std::vector<RoundedCopy> rounded;
  Precision precision = Precision::f32;
  std::vector<std::thread> threads;
  alignas(64) std::atomic<unsigned> epoch{0};
  alignas(64) std::atomic<int> running{0};
  alignas(64) std::atomic<long> counter{0};
  std::atomic<bool> stopping{false};
  std::atomic<int> sleeping{0};
  std::mutex mutex;
  std::condition_variable wake;
  std::mutex callers;
  Job job = nullptr;
  void* context = nullptr;
  BarrierState barriers[64];
  Slot slots[32];

  void work(int worker, unsigned seen) {
    for (;;) {
      auto deadline = std::chrono::steady_clock::now() + std::chrono::microseconds(50);
      int looks = 0;
      while (epoch.load(std::memory_order_acquire) == seen) {
        relax();
        if ((++looks & 255) == 0 && std::chrono::steady_clock::now() > deadline) {
          std::unique_lock<std::mutex> lock(mutex);
          sleeping.fetch_add(1);
          wake.wait(lock, [&] { return epoch.load() != seen; });
          sleeping.fetch_sub(1);
          break;
        }
      }
      seen = epoch.load(std::memory_order_acquire);
      if (stopping.load()) return;
      job(context, worker, workers);
      running.fetch_sub(1, std::memory_order_release);
    }
  }

  void advance() {
    {
      std::lock_guard<std::mutex> lock(mutex);
      epoch.fetch_add(1);
    }
    if (sleeping.load() > 0) wake.notify_all();
  }

  void resize(int count) {
    stopping = true;
    advance();
    for (auto& t : threads) t.join();
    threads.clear();
    stopping = false;
    workers = count;
    unsigned seen = epoch.load();
    for (int i = 1; i < count; i++) threads.emplace_back([this, i, seen] { work(i, seen); });
  }
};

Pool::Pool() : state_(new State) {}

Pool& Pool::instance() {
  // Never destroyed: its threads may outlive static destructors at exit.
  static Pool* pool = new Pool;
  return *pool;
}

Precision Pool::precision() const { return state_->precision; }
void Pool::setPrecision(Precision precision) { state_->precision = precision; }

void Pool::keepRounded(const float* const* arrays, const size_t* sizes, int count) {
  state_->rounded.clear();
  for (int i = 0; i < count; i++) {
    std::vector<uint16_t> numbers(sizes[i]);
    for (size_t j = 0; j < sizes[i]; j++) {
      uint32_t bits;
      std::memcpy(&bits, arrays[i] + j, sizeof bits);
      numbers[j] = (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);  // to the nearest, ties to even
    }
    state_->rounded.push_back({arrays[i], std::move(numbers)});
  }
}

const uint16_t* Pool::rounded(const float* p) const {
  for (const RoundedCopy& copy : state_->rounded)
    if (p >= copy.from && p < copy.from + copy.numbers.size()) return copy.numbers.data() + (p - copy.from);
  return nullptr;
}

int Pool::threads() const { return state_->workers; }

void Pool::setThreads(int count) {
  if (count != state_->workers) state_->resize(count);
}

void Pool::enter() { state_->callers.lock(); }
void Pool::leave() { state_->callers.unlock(); }

void Pool::run(Job job, void* context) {
  State& s = *state_;
  s.counter.store(0, std::memory_order_relaxed);
  if (s.workers == 1) {
    job(context, 0, 1);
    return;
  }
  s.job = job;
  s.context = context;
  s.running.store(s.workers - 1, std::memory_order_relaxed);
  s.advance();
  job(context, 0, s.workers);
  spinWhile([&] { return s.running.load(std::memory_order_acquire) != 0; });
}

void Pool::barrier(int group, int members) {
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

long Pool::next() { return state_->counter.fetch_add(1, std::memory_order_relaxed); }

float* Pool::workspace(int slot, size_t floats) {
  Slot& s = state_->slots[slot];
  if (s.floats < floats) {
    std::free(s.data);
    const size_t bytes = floats * sizeof(float) + 64;
    s.data = static_cast<float*>(allocatePages(bytes));
    if (!s.data) {
      std::fprintf(stderr, "lethe: out of memory: a kernel needs %zu bytes of workspace\n", bytes);
      std::abort();
    }
    s.floats = floats;
  }
  return s.data;
}

}  // namespace lethe
