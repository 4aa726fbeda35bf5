// Weights that are Gaussians (adaptive weight noise): drawing them, and their description length under the best
// Gaussian prior. Element by element; bound by memory: 16 bytes an element for a draw, 24 backward.

namespace lethe {
namespace LETHE_ISA {
namespace {

// body(at, w) for vectors of [0, n), in parallel
template <class Body>
LETHE_INLINE void everywhere(long n, Pool& pool, Body&& body) {
  parallelIf(n > 20000, pool, [&](int worker, int workers) {
    Range range = share(n, worker, workers, W);
    vectors(range.end - range.begin, [&](long i, int w) { body(range.begin + i, w); });
  });
}

// out = mean + exp(logDeviation) epsilon
static void noisyWeights(const NoisyWeights& p, Pool& pool) {
  everywhere(p.n, pool,
             [&](long i, int w) { store(p.out + i, load(p.mean + i, w) + vexp(load(p.logDeviation + i, w)) * load(p.epsilon + i, w), w); });
}

static void noisyWeightsBackward(const NoisyWeights& p, Pool& pool) {
  everywhere(p.n, pool, [&](long i, int w) {
    const vf d = load(p.dOut + i, w);
    store(p.dMean + i, load(p.dMean + i, w) + d, w);
    const vf s = vexp(load(p.logDeviation + i, w));
    store(p.dLogDeviation + i, load(p.dLogDeviation + i, w) + d * load(p.epsilon + i, w) * s, w);
  });
}

// sums of mean, mean^2, variance, logDeviation; in stretches whose sums are added in order, whoever made them
static void gaussianSums(const GaussianSums& p, double* sums, Pool& pool) {
  constexpr long STRETCH = 4096;
  const long n = p.n, stretches = (n + STRETCH - 1) / STRETCH;
  double* partial = reinterpret_cast<double*>(pool.workspace(kPartial, 8 * (stretches + 1)));
  parallelIf(p.n > 20000, pool, [&](int worker, int workers) {
    Range range = share(stretches, worker, workers);
    for (long s = range.begin; s < range.end; s++) {
      vf sum[4] = {};
      const long from = s * STRETCH, count = minimum(STRETCH, n - from);
      double* to = partial + 4 * s;
      for (int k = 0; k < 4; k++) to[k] = 0;
      auto take = [&] {
        for (int k = 0; k < 4; k++) {
          for (int i = 0; i < W; i++) to[k] += (double)sum[k][i];
          sum[k] = vf{};
        }
      };
      vectors(count, [&](long i, int w) {
        const vf m = load(p.mean + from + i, w), l = load(p.logDeviation + from + i, w);
        vf v = vexp(2.0f * l);
        for (int k = w; k < W; k++) v[k] = 0.0f;  // beyond the end
        sum[0] += m;
        sum[1] += m * m;
        sum[2] += v;
        sum[3] += l;
        if ((i / W) % 16 == 15) take();  // float32 sums stay short
      });
      take();
    }
  });
  for (int k = 0; k < 4; k++) {
    sums[k] = 0;
    for (long s = 0; s < stretches; s++) sums[k] += partial[4 * s + k];
  }
}

static void gaussianKlBackward(const GaussianSums& p, Pool& pool) {
  const float precision = 1.0f / p.priorVariance;
  everywhere(p.n, pool, [&](long i, int w) {
    store(p.dMean + i, load(p.dMean + i, w) + p.scale * (load(p.mean + i, w) - p.priorMean) * precision, w);
    const vf variance = vexp(2.0f * load(p.logDeviation + i, w));
    store(p.dLogDeviation + i, load(p.dLogDeviation + i, w) + p.scale * (variance * precision - 1.0f), w);
  });
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
