// The crew of crew.h in WebAssembly: workers are instances of this module over the same memory, each in a thread that JavaScript
// has started and that calls work(). Who is asked for before its thread runs is not waited for: results do not depend on it.
// Nobody tells when a thread is ended in the middle of a job. So threads leave signs of life, one in every step of a sequence and every
// tile of a product, milliseconds apart, and who waits looks for them: ten seconds without any are the end of the job.
#include "crew.h"

#include <stdint.h>

#include "../../native/src/cache.h"
#include "crew-imports.h"

namespace lethe {
namespace {

constexpr int SLOTS = 32, GROUPS = 64, MOST_WORKERS = 256;
constexpr int LOOKS = 20000;          // before a thread sleeps: some 50 us
constexpr int64_t NAP = 100000000;    // ns until a sleeper looks for signs of life
constexpr int LOOKS_OF_A_NAP = 2000;  // rounds of looks, of a thread that must not sleep
// Naps, not time: a machine that was suspended in between counts as one.
constexpr int PATIENCE = 100;

struct alignas(64) Word {
  int32_t value;
};

int32_t load(const Word& w) { return __atomic_load_n(&w.value, __ATOMIC_ACQUIRE); }
void store(Word& w, int32_t value) { __atomic_store_n(&w.value, value, __ATOMIC_RELEASE); }
int32_t add(Word& w, int32_t n) { return __atomic_fetch_add(&w.value, n, __ATOMIC_ACQ_REL); }
void wake(Word& w) { __builtin_wasm_memory_atomic_notify(&w.value, MOST_WORKERS); }

struct Barrier {
  Word arrived, phase;
};
struct Slot {
  float* data;
  size_t floats;
};

// The number of the present job in the upper bits, its workers in the lower nine: one word, so that a thread which wakes late
// never takes the workers of one job for those of the next.
Word order, running, counter, hired, beats;
Barrier barriers[GROUPS];
Slot slots[SLOTS];
Crew::Job job;
void* context;
bool mainMaySleep;
int32_t workersOf(int32_t order) { return order & 511; }

// A sign of life. Two at once may count as one.
void beat() { __atomic_store_n(&beats.value, beats.value + 1, __ATOMIC_RELAXED); }

// Another number as long as anybody lives and works.
uint32_t signs() { return (uint32_t)load(beats) + 65537u * (uint32_t)load(counter) + 16777619u * (uint32_t)load(running); }

// Until the word is another than `value`: looks, then sleeps. The main thread of a page must not sleep. Who waits for a part of a job
// gives it up without signs of life; who waits for a job waits for ever.
int32_t changed(Word& w, int32_t value, bool maySleep, bool forAJob = false) {
  uint32_t before = signs();
  for (int quiet = 0, rounds = 0;;) {
    for (int i = 0; i < LOOKS; i++) {
      const int32_t now = load(w);
      if (now != value) return now;
    }
    if (forAJob) {
      __builtin_wasm_memory_atomic_wait32(&w.value, value, -1);
      continue;
    }
    if (maySleep ? __builtin_wasm_memory_atomic_wait32(&w.value, value, NAP) != 2 : ++rounds % LOOKS_OF_A_NAP != 0) continue;
    const uint32_t now = signs();
    quiet = now == before ? quiet + 1 : 0;
    before = now;
    if (quiet < PATIENCE) continue;
    lethe_lost();
    quiet = 0;
  }
}

}  // namespace

struct Crew::State {};
Crew::Crew() : state_(nullptr) {}
Crew& Crew::instance() {
  static char room[sizeof(Crew)];
  return *reinterpret_cast<Crew*>(room);
}
void Crew::enter() {}
void Crew::leave() {}
void Crew::join() {}
void Crew::part() {}

int Crew::ready(int workers) {
  const int most = 1 + load(hired);
  return workers < most ? workers : most;
}

void Crew::run(int workers, Job work, void* data) {
  store(counter, 0);
  if (workers == 1) return work(data, 0, 1);
  job = work;
  context = data;
  store(running, workers - 1);
  store(order, (int32_t)((((uint32_t)order.value >> 9) + 1) << 9 | (uint32_t)workers));
  wake(order);
  work(data, 0, workers);
  for (int32_t left = load(running); left != 0;) left = changed(running, left, mainMaySleep);
}

void Crew::barrier(int group, int members) {
  beat();
  if (members < 2) return;
  Barrier& b = barriers[group];
  const int32_t phase = load(b.phase);
  if (add(b.arrived, 1) == members - 1) {
    store(b.arrived, 0);
    store(b.phase, phase + 1);
    wake(b.phase);
    return;
  }
  changed(b.phase, phase, mainMaySleep);
}

long Crew::next() { return add(counter, 1); }

float* Crew::workspace(int slot, size_t floats) {
  Slot& s = slots[slot];
  if (s.floats < floats) {
    if (s.data) lethe_release(s.data);
    s = Slot{};
    s.data = static_cast<float*>(lethe_take(floats * sizeof(float) + 64));  // throws in JavaScript where there is none
    s.floats = floats;
  }
  return s.data;
}

// A thread's whole life.
extern "C" __attribute__((export_name("work"))) void lethe_work() {
  int32_t seen = load(order);  // before it counts: a job that it is part of comes later
  const int32_t number = add(hired, 1) + 1;
  for (;;) {
    seen = changed(order, seen, true, true);
    const int32_t workers = workersOf(seen);
    if (number >= workers) continue;
    job(context, number, workers);
    if (add(running, -1) == 1) wake(running);
  }
}

extern "C" __attribute__((export_name("begin"))) void lethe_begin(int maySleep) { mainMaySleep = maySleep != 0; }
extern "C" __attribute__((export_name("ready"))) int lethe_ready(int workers) { return Crew::instance().ready(workers); }

// A module is not told.
long secondLevelCache() { return 1 << 20; }

}  // namespace lethe
