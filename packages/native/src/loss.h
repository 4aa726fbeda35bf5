// Bernoulli negative log-likelihood from logits, natural log:
//   rowLoss = mask * sum_k softplus(z) - y z,  z = logit, or logit / sqrt(1 + pi/8 variance)

namespace lethe {
namespace LETHE_ISA {
namespace {

static void bernoulliNllForward(const BernoulliNll& p, Pool& pool) {
  const long M = p.M, K = p.K;
  parallelIf(M * K > 8192, pool, [&](int worker, int workers) {
    Range range = share(M, worker, workers);
    for (long m = range.begin; m < range.end; m++) {
      if (p.stepMask && p.stepMask[m] == 0.0f) {
        p.rowLoss[m] = 0.0f;
        continue;
      }
      vf sum = splat(0.0f);
      vectors(K, [&](long k, int w) {
        long at = m * K + k;
        vf z = load(p.logits + at, w);
        if (p.variance) z *= reciprocalSqrt(1.0f + kKappa * load(p.variance + at, w));
        vf y = load(p.targets + at, w);
        vf loss = vsoftplus(z) - y * z;
        if (w < W) {  // lanes past the end would add softplus(0)
          float tail[W];
          store(tail, loss);
          for (int i = w; i < W; i++) tail[i] = 0.0f;
          loss = load(tail);
        }
        sum += loss;
      });
      float total = 0.0f;
      for (int i = 0; i < W; i++) total += sum[i];
      p.rowLoss[m] = p.stepMask ? total * p.stepMask[m] : total;
    }
  });
}

static void bernoulliNllBackward(const BernoulliNll& p, Pool& pool) {
  const long M = p.M, K = p.K;
  parallelIf(M * K > 8192, pool, [&](int worker, int workers) {
    Range range = share(M, worker, workers);
    for (long m = range.begin; m < range.end; m++) {
      float scale = p.stepMask ? p.scale * p.stepMask[m] : p.scale;
      if (scale == 0.0f && !p.fresh) continue;
      auto put = [&](float* target, vf g, int w) { store(target, p.fresh ? g : load(target, w) + g, w); };
      vectors(K, [&](long k, int w) {
        long at = m * K + k;
        vf z = load(p.logits + at, w), y = load(p.targets + at, w);
        vf c = p.variance ? reciprocalSqrt(1.0f + kKappa * load(p.variance + at, w)) : splat(1.0f);
        vf g = scale == 0.0f ? splat(0.0f) : scale * (vsigmoid(z * c) - y) * c;
        put(p.dLogits + at, g, w);
        if (p.dVariance) put(p.dVariance + at, scale == 0.0f ? splat(0.0f) : (-0.5f * kKappa) * g * z * c * c, w);
      });
    }
  });
}

// Squared error, of a Gaussian output its expectation: rowLoss = mask * sum_k (y - m)^2 + v. Bound by memory: 8 bytes an element,
// 12 backward.

static void squaredErrorForward(const SquaredError& p, Pool& pool) {
  const long M = p.M, K = p.K;
  parallelIf(M * K > 30000, pool, [&](int worker, int workers) {
    Range range = share(M, worker, workers);
    for (long m = range.begin; m < range.end; m++) {
      const float counts = p.stepMask ? p.stepMask[m] : 1.0f;
      p.rowLoss[m] = 0.0f;
      if (counts == 0.0f) continue;
      vf sum = splat(0.0f);
      vectors(K, [&](long k, int w) {
        const vf d = load(p.targets + m * K + k, w) - load(p.mean + m * K + k, w);
        sum += p.variance ? d * d + load(p.variance + m * K + k, w) : d * d;
      });
      float total = 0.0f;
      for (int i = 0; i < W; i++) total += sum[i];
      p.rowLoss[m] = counts * total;
    }
  });
}

static void squaredErrorBackward(const SquaredError& p, Pool& pool) {
  const long M = p.M, K = p.K;
  parallelIf(M * K > 30000, pool, [&](int worker, int workers) {
    Range range = share(M, worker, workers);
    auto put = [&](float* target, vf g, int w) { store(target, p.fresh ? g : load(target, w) + g, w); };
    for (long m = range.begin; m < range.end; m++) {
      const float scale = p.stepMask ? p.scale * p.stepMask[m] : p.scale;
      if (scale == 0.0f && !p.fresh) continue;
      vectors(K, [&](long k, int w) {
        const long at = m * K + k;
        if (p.dMean) {
          const vf d = load(p.mean + at, w) - load(p.targets + at, w);
          put(p.dMean + at, scale == 0.0f ? splat(0.0f) : 2.0f * scale * d, w);
        }
        if (p.dVariance) put(p.dVariance + at, splat(scale), w);
      });
    }
  });
}

// Categorical negative log-likelihood from logits, rowNll = mask * (log sum_k exp(z_k) - z_target), and with the target smoothed to
// (1 - e) [k = target] + e / K the loss rowLoss = rowNll + mask * e * (z_target - mean_k z_k).

// The largest of K numbers, and 1 / sum exp(z - largest) with the logarithm of that sum.
struct RowOfLogits {
  float largest;
  double sum;
};
static RowOfLogits rowOfLogits(const float* z, long K) {
  vf most = splat(z[0]);
  vectors(K, [&](long k, int w) {
    vf v = load(z + k, w);
    for (int i = w; i < W; i++) v[i] = z[0];  // beyond the end
    most = vmax(most, v);
  });
  float largest = z[0];
  for (int i = 0; i < W; i++) largest = most[i] > largest ? most[i] : largest;
  double sum = 0;
  vf lanes = splat(0.0f);
  auto take = [&] {
    for (int i = 0; i < W; i++) sum += (double)lanes[i];
    lanes = splat(0.0f);
  };
  vectors(K, [&](long k, int w) {
    vf e = vexp(load(z + k, w) - largest);
    for (int i = w; i < W; i++) e[i] = 0.0f;
    lanes += e;
    if ((k / W) % 32 == 31) take();  // float32 sums stay short
  });
  take();
  return {largest, sum};
}

// mean of z - largest
static double meanOfLogits(const float* z, long K, float largest) {
  double sum = 0;
  vf lanes = splat(0.0f);
  auto take = [&] {
    for (int i = 0; i < W; i++) sum += (double)lanes[i];
    lanes = splat(0.0f);
  };
  vectors(K, [&](long k, int w) {
    vf v = load(z + k, w) - largest;
    for (int i = w; i < W; i++) v[i] = 0.0f;
    lanes += v;
    if ((k / W) % 32 == 31) take();  // float32 sums stay short
  });
  take();
  return sum / (double)K;
}

// The losses of a row that counts.
template <class P>
static void putLosses(const P& p, long m, const float* z, const RowOfLogits& row, float counts) {
  const double below = (double)row.largest - z[p.targets[m]], nll = __builtin_log(row.sum) + below;
  if (p.rowNll) p.rowNll[m] = (float)nll * counts;
  const double more = p.smoothing == 0.0f ? 0.0 : -p.smoothing * (below + meanOfLogits(z, p.K, row.largest));
  p.rowLoss[m] = (float)(nll + more) * counts;
}

static void softmaxNllForward(const SoftmaxNll& p, Pool& pool) {
  const long M = p.M, K = p.K;
  parallelIf(M * K > 8192, pool, [&](int worker, int workers) {
    Range range = share(M, worker, workers);
    for (long m = range.begin; m < range.end; m++) {
      const float counts = p.stepMask ? p.stepMask[m] : 1.0f;
      p.rowLoss[m] = 0.0f;
      if (p.rowNll) p.rowNll[m] = 0.0f;
      if (counts == 0.0f) continue;
      const float* z = p.logits + m * K;
      putLosses(p, m, z, rowOfLogits(z, K), counts);
    }
  });
}

static void softmaxNllBackward(const SoftmaxNll& p, Pool& pool) {
  const long M = p.M, K = p.K;
  parallelIf(M * K > 8192, pool, [&](int worker, int workers) {
    Range range = share(M, worker, workers);
    for (long m = range.begin; m < range.end; m++) {
      const float scale = p.stepMask ? p.scale * p.stepMask[m] : p.scale;
      const float* z = p.logits + m * K;
      float* dz = p.dLogits + m * K;
      const RowOfLogits row = scale != 0.0f ? rowOfLogits(z, K) : RowOfLogits{0.0f, 1.0};
      const float factor = (float)(scale / row.sum), others = scale * p.smoothing / (float)K;
      vectors(K, [&](long k, int w) {
        vf d = p.fresh ? splat(0.0f) : load(dz + k, w);
        if (scale != 0.0f) d += factor * vexp(load(z + k, w) - row.largest);
        if (others != 0.0f) d -= others;
        store(dz + k, d, w);
      });
      if (scale != 0.0f) dz[p.targets[m]] -= scale * (1.0f - p.smoothing);
    }
  });
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
