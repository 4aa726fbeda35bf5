// Sums over the steps of every row, and what adds to all of them: pooling and its gradient. Bound by memory: 4 bytes an element, 8
// backward.

namespace lethe {
namespace LETHE_ISA {
namespace {

// sums_b = factor_b * sum of steps_tb, step after step, so that memory is read in its order
static void sumSteps(const StepSums& p, Pool& pool) {
  const long n = p.n;
  parallelIf((long)p.T * p.B * n > 30000, pool, [&](int worker, int workers) {
    const Range mine = share(p.B, worker, workers);
    vectors((mine.end - mine.begin) * n, [&](long j, int w) { store(p.sums + mine.begin * n + j, splat(0), w); });
    for (long t = 0; t < p.T; t++) {
      for (long b = mine.begin; b < mine.end; b++) {
        if (!p.active.at(t, b)) continue;
        const float* from = p.steps + (t * p.B + b) * n;
        float* to = p.sums + b * n;
        vectors(n, [&](long j, int w) { store(to + j, load(to + j, w) + load(from + j, w), w); });
      }
    }
    if (!p.factors) return;
    for (long b = mine.begin; b < mine.end; b++) {
      float* to = p.sums + b * n;
      vectors(n, [&](long j, int w) { store(to + j, p.factors[b] * load(to + j, w), w); });
    }
  });
}

// steps_tb += factor_b * sums_b
static void addToSteps(const StepSums& p, Pool& pool) {
  const long n = p.n;
  parallelIf((long)p.T * p.B * n > 30000, pool, [&](int worker, int workers) {
    const Range mine = share(p.B, worker, workers);
    for (long t = 0; t < p.T; t++) {
      for (long b = mine.begin; b < mine.end; b++) {
        if (!p.active.at(t, b)) continue;
        const float *from = p.sums + b * n, factor = p.factors ? p.factors[b] : 1.0f;
        float* to = p.steps + (t * p.B + b) * n;
        vectors(n, [&](long j, int w) { store(to + j, load(to + j, w) + factor * load(from + j, w), w); });
      }
    }
  });
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
