// Element-wise sums of penalties and masks. Bound by memory: 12 bytes an element, 16 with a difference.

namespace lethe {
namespace LETHE_ISA {
namespace {

// Sum of (a - b)^2 in float64: stretches of 4096 elements, then the stretches in order.
static void squaredDistance(const SquaredDistance& p, double* result, Pool& pool) {
  constexpr long STRETCH = 4096;
  const long all = p.n, stretches = (all + STRETCH - 1) / STRETCH;
  double* partial = reinterpret_cast<double*>(pool.workspace(kPartial, 2 * (stretches + 1)));
  parallelIf(p.n > 30000, pool, [&](int worker, int workers) {
    const Range mine = share(stretches, worker, workers);
    for (long s = mine.begin; s < mine.end; s++) {
      const long n = minimum(STRETCH, all - s * STRETCH);
      const float *a = p.a + s * STRETCH, *b = p.b + s * STRETCH;
      double lanes[8] = {};
      for (long j = 0; j < n; j++) {
        const double d = (double)a[j] - b[j];
        lanes[j % 8] += d * d;
      }
      partial[s] = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
    }
  });
  double sum = 0;
  for (long s = 0; s < stretches; s++) sum += partial[s];
  *result = sum;
}

static void addDifference(const AddDifference& p, Pool& pool) {
  everywhere(p.n, pool, [&](long i, int w) {
    const vf d = p.b ? load(p.a + i, w) - load(p.b + i, w) : load(p.a + i, w);
    store(p.target + i, load(p.target + i, w) + p.factor * d, w);
  });
}

static void addMasked(const AddMasked& p, Pool& pool) {
  const long rows = (long)p.T * p.B;
  parallelIf(rows * p.n > 30000, pool, [&](int worker, int workers) {
    const Range mine = share(rows, worker, workers);
    for (long row = mine.begin; row < mine.end; row++) {
      const float *source = p.source + row * p.n, *mask = p.mask.row(row / p.B, row % p.B);
      float* target = p.target + row * p.n;
      vectors(p.n, [&](long i, int w) { store(target + i, load(target + i, w) + load(source + i, w) * load(mask + i, w), w); });
    }
  });
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
