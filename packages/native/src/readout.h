// A linear readout over many classes with its loss: z = x W^T + b for a stretch of rows at a time, what the loss makes of
// them in place, and at once the gradients from it, so that the logits of all rows never exist and each class's weight
// is read three times a stretch.
//
// Limit: three products, 6 M I K FLOP; the rest is two passes over a stretch of logits. The stretch is 32 MB at most: fewer
// and longer ones pack W, and read and write its gradient, less often, for it outgrows every cache (26 MB for 10,000 classes of 650). A
// whole step of lm-medium-naive in bf16 takes 82 ms so, 86 with stretches of 16 MB (two cores, AMD Zen 5).

namespace lethe {
namespace LETHE_ISA {
namespace {

constexpr long STRETCH = 8000000;  // logits

// Calls inPlace(m0, rows, z) for stretches of logits, which leaves their gradient there; then the gradients.
template <class InPlace>
void readout(const Readout& p, Pool& pool, InPlace&& inPlace) {
  const long M = p.M, I = p.I, K = p.K;
  const long stretches = maximum(1, (M * K + STRETCH - 1) / STRETCH), most = (M + stretches - 1) / stretches;
  float* z = pool.workspace(kLogits, most * K);
  // Without rows nothing comes that overwrites them.
  if (M == 0 && p.dw)
    for (long i = 0; i < K * I; i++) p.dw[i] = 0.0f;
  if (M == 0 && p.dbias)
    for (long k = 0; k < K; k++) p.dbias[k] = 0.0f;
  for (long m0 = 0; m0 < M; m0 += most) {
    const long rows = minimum(most, M - m0);
    multiply(pool, rows, K, I, {p.x + m0 * I, I, 1}, {p.w, I, true}, z, false, 1.0f, p.bias);
    inPlace(m0, rows, z);
    if (p.dx) multiply(pool, rows, I, K, {z, K, 1}, {p.w, I}, p.dx + m0 * I, false);
    if (p.dw) multiply(pool, K, I, rows, {z, 1, K}, {p.x + m0 * I, I}, p.dw, m0 > 0);
    if (p.dbias) columnSums(pool, rows, K, z, K, p.dbias, m0 > 0);
  }
}

static void readoutNll(const ReadoutNll& p, Pool& pool) {
  const long K = p.K;
  const bool backward = p.dx || p.dw || p.dbias;
  readout(p, pool, [&](long m0, long rows, float* logits) {
    parallelIf(rows * K > 8192, pool, [&](int worker, int workers) {
      const Range range = share(rows, worker, workers);
      for (long i = range.begin; i < range.end; i++) {
        const long m = m0 + i;
        float* z = logits + i * K;
        const float counts = p.stepMask ? p.stepMask[m] : 1.0f;
        if (counts == 0.0f) {
          p.rowLoss[m] = 0.0f;
          if (p.rowNll) p.rowNll[m] = 0.0f;
          if (backward) vectors(K, [&](long k, int w) { store(z + k, splat(0.0f), w); });
          continue;
        }
        const RowOfLogits row = rowOfLogits(z, K);
        putLosses(p, m, z, row, counts);
        if (!backward) continue;
        const float scale = p.scale * counts, factor = (float)(scale / row.sum), others = scale * p.smoothing / (float)K;
        vectors(K, [&](long k, int w) { store(z + k, factor * vexp(load(z + k, w) - row.largest) - others, w); });
        z[p.targets[m]] -= scale * (1.0f - p.smoothing);
      }
    });
  });
}

// sum of z^2, in the order of the rows; gradients of scale * that sum
static void readoutSquares(const ReadoutSquares& p, double* result, Pool& pool) {
  const long K = p.K;
  double* sums = reinterpret_cast<double*>(pool.workspace(kPartial, 2 * ((long)p.M + 1)));
  readout(p, pool, [&](long m0, long rows, float* logits) {
    parallelIf(rows * K > 8192, pool, [&](int worker, int workers) {
      const Range range = share(rows, worker, workers);
      for (long i = range.begin; i < range.end; i++) {
        float* z = logits + i * K;
        double sum = 0;
        vf lanes = splat(0.0f);
        auto take = [&] {
          for (int l = 0; l < W; l++) sum += (double)lanes[l];
          lanes = splat(0.0f);
        };
        vectors(K, [&](long k, int w) {
          const vf v = load(z + k, w);
          lanes += v * v;
          store(z + k, 2.0f * p.scale * v, w);
          if ((k / W) % 32 == 31) take();  // float32 sums stay short
        });
        take();
        sums[m0 + i] = sum;
      }
    });
  });
  double sum = 0;
  for (long m = 0; m < p.M; m++) sum += sums[m];
  *result = sum;
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
