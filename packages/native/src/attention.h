// Attention over the positions of a memory, for all steps of a decoder at once:
//   score_ts = v . tanh(query_t + key_s), or query_t . key_s;   weights_t = softmax_s score_ts;   context_t = sum_s weights_ts memory_s
// Positions behind a row's last one are neither read nor written (their weights are 0). Rows of the batch are the workers' shares:
// each gathers its row's keys and memory once, [S, K] and [S, E], which then stay in its cache for all steps. tanh is computed anew on the
// way back, so that nothing of size T S K is ever kept.

namespace lethe {
namespace LETHE_ISA {
namespace {

LETHE_INLINE float sumOfLanes(vf x) {
  float sum = 0.0f;
  for (int i = 0; i < W; i++) sum += x[i];
  return sum;
}

// sum_j a_j b_j
LETHE_INLINE float dotProduct(const float* a, const float* b, long n) {
  vf sum = splat(0.0f);
  vectors(n, [&](long j, int w) { sum = madd(load(a + j, w), load(b + j, w), sum); });
  return sumOfLanes(sum);
}

// y += factor x
LETHE_INLINE void addScaled(float* y, float factor, const float* x, long n) {
  vectors(n, [&](long j, int w) { store(y + j, madd(factor, load(x + j, w), load(y + j, w)), w); });
}

// to [count, n] = rows of `from`, `stride` apart; and added the other way
LETHE_INLINE void gatherStretch(float* to, const float* from, long stride, long count, long n) {
  for (long s = 0; s < count; s++) vectors(n, [&](long j, int w) { store(to + s * n + j, load(from + s * stride + j, w), w); });
}
LETHE_INLINE void addStretch(float* to, const float* from, long stride, long count, long n) {
  for (long s = 0; s < count; s++) addScaled(to + s * stride, 1.0f, from + s * n, n);
}

// row = softmax of the scores of one query over `count` keys
static void weightsOf(const float* query, const float* keys, const float* v, long count, long K, float* row) {
  float largest = 0.0f;
  for (long s = 0; s < count; s++) {
    const float* key = keys + s * K;
    float score;
    if (v) {
      vf sum = splat(0.0f);
      vectors(K, [&](long k, int w) { sum = madd(load(v + k, w), vtanh(load(query + k, w) + load(key + k, w)), sum); });
      score = sumOfLanes(sum);
    } else {
      score = dotProduct(query, key, K);
    }
    row[s] = score;
    // not a number stays so
    if (s == 0 || !(score <= largest)) largest = score;
  }
  double sum = 0;
  vectors(count, [&](long s, int w) { store(row + s, vexp(load(row + s, w) - largest), w); });
  for (long s = 0; s < count; s++) sum += (double)row[s];
  const float factor = (float)(1.0 / sum);
  vectors(count, [&](long s, int w) { store(row + s, factor * load(row + s, w), w); });
}

static void attentionForward(const Attention& p, Pool& pool) {
  const long T = p.T, B = p.B, S = p.S, K = p.K, E = p.E, own = roundUp(S * K, W) + S * E;
  float* space = pool.workspace(kAttention, pool.threads() * own);
  parallelIf((double)T * B * S * (K + E) > 30000, pool, [&](int worker, int workers) {
    const Range mine = share(B, worker, workers);
    float *keys = space + worker * own, *memory = keys + roundUp(S * K, W);
    for (long b = mine.begin; b < mine.end; b++) {
      const long count = p.last[b] + 1;
      gatherStretch(keys, p.keys + b * K, B * K, count, K);
      gatherStretch(memory, p.memory + b * E, B * E, count, E);
      for (long t = 0; t < T; t++) {
        const long at = t * B + b;
        float *row = p.weights + at * S, *context = p.context + at * E;
        weightsOf(p.query + at * K, keys, p.v, count, K, row);
        for (long s = count; s < S; s++) row[s] = 0.0f;
        vectors(E, [&](long j, int w) {
          vf sum = splat(0.0f);
          for (long s = 0; s < count; s++) sum = madd(row[s], load(memory + s * E + j, w), sum);
          store(context + j, sum, w);
        });
      }
    }
  });
}

static bool isZero(const float* x, long n) {
  for (long j = 0; j < n; j++)
    if (x[j] != 0.0f) return false;
  return true;
}

// Gradients of one query by those of its scores, `slopes`: of additive scores with g_sk = slope_s v_k (1 - tanh^2),
// dQuery += sum_s g_s, dKeys_s += g_s, dv += sum_s slope_s tanh; of products dQuery += sum_s slope_s key_s, dKeys_s += slope_s query.
static void scoresBackward(const float* query, const float* keys, const float* v, const float* slopes, long count, long K, float* dQuery,
                           float* dKeys, float* dv) {
  vectors(K, [&](long k, int w) {
    const vf q = load(query + k, w), factor = v ? load(v + k, w) : splat(1.0f);
    vf sum = splat(0.0f), sumOfTanh = splat(0.0f);
    for (long s = 0; s < count; s++) {
      const vf key = load(keys + s * K + k, w);
      vf g = slopes[s] * q;
      if (v) {
        const vf u = vtanh(q + key);
        sumOfTanh = madd(slopes[s], u, sumOfTanh);
        g = slopes[s] * factor * (1.0f - u * u);
        sum += g;
      } else {
        sum = madd(slopes[s], key, sum);
      }
      store(dKeys + s * K + k, load(dKeys + s * K + k, w) + g, w);
    }
    if (dQuery) store(dQuery + k, load(dQuery + k, w) + sum, w);
    if (v) store(dv + k, load(dv + k, w) + sumOfTanh, w);
  });
}

static void attentionBackward(const Attention& p, Pool& pool) {
  const long T = p.T, B = p.B, S = p.S, K = p.K, E = p.E;
  const long keySize = roundUp(S * K, W), memorySize = roundUp(S * E, W), own = 2 * keySize + 2 * memorySize + roundUp(S, W);
  float* space = pool.workspace(kAttention, pool.threads() * own);
  // of each row of the batch, summed in their order whoever made them
  float* dv = pool.workspace(kPartial, B * K + 1);
  parallelIf((double)T * B * S * (K + E) > 15000, pool, [&](int worker, int workers) {
    const Range mine = share(B, worker, workers);
    float *keys = space + worker * own, *memory = keys + keySize, *dKeys = memory + memorySize, *dMemory = dKeys + keySize;
    float* slopes = dMemory + memorySize;
    for (long b = mine.begin; b < mine.end; b++) {
      const long count = p.last[b] + 1;
      gatherStretch(keys, p.keys + b * K, B * K, count, K);
      gatherStretch(memory, p.memory + b * E, B * E, count, E);
      for (long i = 0; i < count * K; i++) dKeys[i] = 0.0f;
      for (long i = 0; i < count * E; i++) dMemory[i] = 0.0f;
      for (long k = 0; k < K; k++) dv[b * K + k] = 0.0f;
      for (long t = 0; t < T; t++) {
        const long at = t * B + b;
        const float *dContext = p.dContext + at * E, *dWeights = p.dWeights ? p.dWeights + at * S : nullptr;
        // A step that no loss counts may hold anything: 0 * NaN would bring it in.
        if (isZero(dContext, E) && (!dWeights || isZero(dWeights, count))) continue;
        const float* row = p.weights + at * S;
        double mean = 0;
        for (long s = 0; s < count; s++) {
          slopes[s] = dotProduct(dContext, memory + s * E, E) + (dWeights ? dWeights[s] : 0.0f);
          mean += (double)row[s] * slopes[s];
          addScaled(dMemory + s * E, row[s], dContext, E);
        }
        for (long s = 0; s < count; s++) slopes[s] = row[s] * (slopes[s] - (float)mean);
        scoresBackward(p.query + at * K, keys, p.v, slopes, count, K, p.dQuery ? p.dQuery + at * K : nullptr, dKeys, dv + b * K);
      }
      if (p.dKeys) addStretch(p.dKeys + b * K, dKeys, B * K, count, K);
      if (p.dMemory) addStretch(p.dMemory + b * E, dMemory, B * E, count, E);
    }
  });
  if (!p.v || !p.dv) return;
  for (long b = 0; b < B; b++) addScaled(p.dv, 1.0f, dv + b * K, K);
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
