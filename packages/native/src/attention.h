// Attention over the positions of a memory, for all steps of a decoder at once:
//   score_ts = v . tanh(query_t + key_s), or query_t . key_s;   weights_t = softmax_s score_ts;   context_t = sum_s weights_ts memory_s
// Positions behind a row's last one are neither read nor written (their weights are 0). Rows of the batch are the workers' shares, and
// where there are fewer rows than workers the steps of each row, too: of many steps a worker gathers a row's keys and memory once, [S, K]
// and [S, E], which then stay in its cache; of few it reads them where they lie. Four queries at a time share what is read: steps of a row,
// or of one step rows beside each other that read the same column (hypotheses of a search). tanh is computed anew on the way
// back, so that nothing of size T S K is ever kept.
//
// Backwards the gradients of a row's keys and memory are sums over its steps, in their order: rows are shared alone.

namespace lethe {
namespace LETHE_ISA {
namespace {

LETHE_INLINE float sumOfLanes(vf x) {
#if defined(__AVX512F__)
  return _mm512_reduce_add_ps((__m512)x);
#else
  float lanes[W];
  store(lanes, x);
  for (int half = W / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) lanes[i] += lanes[i + half];
  return lanes[0];
#endif
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

constexpr int QUERIES = 4;  // at a time; what is left over goes one by one, so that there are two forms of the code

template <int N>
struct Constant {
  static constexpr int value = N;
};

// Calls body(first, size) for all of `count` queries, QUERIES of them or one at a time.
template <class Body>
LETHE_INLINE void inGroups(long count, Body&& body) {
  long first = 0;
  for (; first + QUERIES <= count; first += QUERIES) body(first, Constant<QUERIES>{});
  for (; first < count; first++) body(first, Constant<1>{});
}

// row = softmax of its first `count` numbers
static void softmaxOf(float* row, long count) {
  float largest = row[0];
  for (long s = 1; s < count; s++)
    if (!(row[s] <= largest)) largest = row[s];  // not a number stays so
  double sum = 0;
  vectors(count, [&](long s, int w) { store(row + s, vexp(load(row + s, w) - largest), w); });
  for (long s = 0; s < count; s++) sum += (double)row[s];
  const float factor = (float)(1.0 / sum);
  vectors(count, [&](long s, int w) { store(row + s, factor * load(row + s, w), w); });
}

// Scores of N queries over `count` keys, `stride` numbers apart.
template <int N>
LETHE_LARGE void scoresOf(const float* const* query, const float* keys, long stride, const float* v, long count, long K,
                          float* const* rows) {
  for (long s = 0; s < count; s++) {
    const float* key = keys + s * stride;
    vf sums[N] = {};
    if (v) {
      vectors(K, [&](long k, int w) {
        const vf a = load(key + k, w), factor = load(v + k, w);
        for (int n = 0; n < N; n++) sums[n] = madd(factor, vtanh(load(query[n] + k, w) + a), sums[n]);
      });
    } else {
      vectors(K, [&](long k, int w) {
        const vf a = load(key + k, w);
        for (int n = 0; n < N; n++) sums[n] = madd(load(query[n] + k, w), a, sums[n]);
      });
    }
    for (int n = 0; n < N; n++) rows[n][s] = sumOfLanes(sums[n]);
  }
}

// tanh(q + k) = 1 - 2 / (1 + e^2q e^2k): exponentials of every query and every key are taken once, in place of one for each pair of them.
// Errors are 1e-7 of one, not of tanh, and nothing overflows while both are within FACTORED.
constexpr float FACTORED = 20.0f;

// to = e^2x; whether all of n numbers are within FACTORED.
static bool exponentialsOf(float* to, const float* x, long n) {
  vf most = splat(0.0f);
  vectors(n, [&](long j, int w) {
    const vf v = load(x + j, w), a = vabs(v);
    most = a <= most ? most : a;  // not a number replaces it
    store(to + j, vexp(2.0f * v), w);
  });
  bool within = true;
  for (int l = 0; l < W; l++) within = within && most[l] <= FACTORED;
  return within;
}

// As scoresOf, from exponentials; `sum` is that of v.
template <int N>
LETHE_LARGE void factoredScoresOf(const float* const* query, const float* keys, const float* v, float sum, long count, long K,
                                  float* const* rows) {
  for (long s = 0; s < count; s++) {
    const float* key = keys + s * K;
    vf sums[N] = {};
    vectors(K, [&](long k, int w) {
      const vf a = load(key + k, w), factor = load(v + k, w);
      for (int n = 0; n < N; n++) sums[n] = madd(factor, reciprocal(madd(load(query[n] + k, w), a, 1.0f)), sums[n]);
    });
    for (int n = 0; n < N; n++) rows[n][s] = sum - 2.0f * sumOfLanes(sums[n]);
  }
}

static void attentionForward(const Attention& p, Pool& pool) {
  const long T = p.T, B = p.B, S = p.S, K = p.K, E = p.E, C = p.C;
  // What is read twice or less is not worth a copy.
  const bool gathers = T > 2 * QUERIES, factored = p.factored && p.v;
  const long keyStride = gathers ? K : C * K, memoryStride = gathers ? E : C * E;
  const long keySize = roundUp(S * K, W), querySize = roundUp(K, W);
  const long own = (gathers ? keySize + roundUp(S * E, W) : 0) + (factored ? keySize + QUERIES * querySize : 0);
  float* space = pool.workspace(kAttention, pool.threads() * own + 1);
  float sumOfV = 0.0f;
  if (factored)
    for (long k = 0; k < K; k++) sumOfV += p.v[k];
  parallelIf((double)T * B * S * (K + E) > 30000, pool, [&](int worker, int workers) {
    // Groups of the steps of each row, row by row.
    const long parts = B >= workers ? 1 : minimum(workers, (T + QUERIES - 1) / QUERIES);
    const Range mine = share(B * parts, worker, workers);
    float *ownKeys = space + worker * own, *ownMemory = ownKeys + keySize;
    float *keyPowers = ownKeys + (gathers ? keySize + roundUp(S * E, W) : 0), *queryPowers = keyPowers + keySize;
    long seen = -1;
    bool keysWithin = false;
    for (long item = mine.begin, queries = 1; item < mine.end; item += T == 1 ? queries : 1) {
      const long b = item / parts, count = p.last[b] + 1;
      const float *keys = p.keys + p.columns[b] * K, *memory = p.memory + p.columns[b] * E;
      if (b != seen) {
        if (gathers) {
          gatherStretch(ownKeys, keys, C * K, count, K);
          gatherStretch(ownMemory, memory, C * E, count, E);
        }
        keysWithin = factored;
        for (long s = 0; s < count && keysWithin; s++) keysWithin = exponentialsOf(keyPowers + s * K, keys + s * C * K, K);
        seen = b;
      }
      if (gathers) {
        keys = ownKeys;
        memory = ownMemory;
      }
      const Range steps = share(T, (int)(item % parts), (int)parts);
      queries = steps.end - steps.begin;
      if (T == 1)
        while (b + queries < mine.end && p.columns[b + queries] == p.columns[b] && p.last[b + queries] == p.last[b]) queries++;
      // of the queries, in [T, B]
      const long from = steps.begin * B + b, apart = T == 1 ? 1 : B;
      inGroups(queries, [&](long first, auto size) {
        constexpr int N = decltype(size)::value;
        const float *query[N], *powers[N];
        float *rows[N], *context[N];
        bool within[N], all = true, none = true;
        for (int n = 0; n < N; n++) {
          const long at = from + (first + n) * apart;
          query[n] = p.query + at * K;
          powers[n] = queryPowers + n * querySize;
          rows[n] = p.weights + at * S;
          context[n] = p.context + at * E;
          within[n] = keysWithin && exponentialsOf(queryPowers + n * querySize, query[n], K);
          all = all && within[n];
          none = none && !within[n];
        }
        if (all) {
          factoredScoresOf<N>(powers, keyPowers, p.v, sumOfV, count, K, rows);
        } else if (none) {
          scoresOf<N>(query, keys, keyStride, p.v, count, K, rows);
        } else {
          // Each as it is alone, for its bits shall not depend on the others.
          for (int n = 0; n < N; n++) {
            if (within[n]) factoredScoresOf<1>(powers + n, keyPowers, p.v, sumOfV, count, K, rows + n);
            else scoresOf<1>(query + n, keys, keyStride, p.v, count, K, rows + n);
          }
        }
        for (int n = 0; n < N; n++) {
          softmaxOf(rows[n], count);
          for (long s = count; s < S; s++) rows[n][s] = 0.0f;
        }
        vectors(E, [&](long j, int w) {
          vf sums[N] = {};
          for (long s = 0; s < count; s++) {
            const vf m = load(memory + s * memoryStride + j, w);
            for (int n = 0; n < N; n++) sums[n] = madd(rows[n][s], m, sums[n]);
          }
          for (int n = 0; n < N; n++) store(context[n] + j, sums[n], w);
        });
      });
    }
  });
}

static bool isZero(const float* x, long n) {
  for (long j = 0; j < n; j++)
    if (x[j] != 0.0f) return false;
  return true;
}

// A query on its way back.
struct QueryBackward {
  const float *query, *row, *dContext, *dWeights;
  float *dQuery, *slopes;
};

// slopes_s = weight_s (dContext . memory_s + dWeight_s - mean), the gradients of the scores; dMemory_s += weight_s dContext
template <int N>
LETHE_LARGE void weightsBackward(const QueryBackward* q, const float* memory, float* dMemory, long count, long E) {
  double means[N] = {};
  for (long s = 0; s < count; s++) {
    vf sums[N] = {};
    vectors(E, [&](long j, int w) {
      const vf m = load(memory + s * E + j, w);
      vf d = load(dMemory + s * E + j, w);
      for (int n = 0; n < N; n++) {
        const vf g = load(q[n].dContext + j, w);
        sums[n] = madd(g, m, sums[n]);
        d = madd(q[n].row[s], g, d);
      }
      store(dMemory + s * E + j, d, w);
    });
    for (int n = 0; n < N; n++) {
      const float slope = sumOfLanes(sums[n]) + (q[n].dWeights ? q[n].dWeights[s] : 0.0f);
      q[n].slopes[s] = slope;
      means[n] += (double)q[n].row[s] * slope;
    }
  }
  for (int n = 0; n < N; n++)
    for (long s = 0; s < count; s++) q[n].slopes[s] = q[n].row[s] * (q[n].slopes[s] - (float)means[n]);
}

// Gradients by those of the scores: of additive scores with g_sk = slope_s v_k (1 - tanh^2), dQuery += sum_s g_s, dKeys_s += g_s,
// dv += sum_s slope_s tanh; of products dQuery += sum_s slope_s key_s, dKeys_s += slope_s query.
template <int N>
LETHE_LARGE void scoresBackward(const QueryBackward* q, const float* keys, const float* v, long count, long K, float* dKeys, float* dv) {
  vectors(K, [&](long k, int w) {
    const vf factor = v ? load(v + k, w) : splat(1.0f);
    vf own[N], sums[N] = {}, sumsOfTanh[N] = {};
    for (int n = 0; n < N; n++) own[n] = load(q[n].query + k, w);
    for (long s = 0; s < count; s++) {
      const vf key = load(keys + s * K + k, w);
      vf d = load(dKeys + s * K + k, w);
      for (int n = 0; n < N; n++) {
        const float slope = q[n].slopes[s];
        if (v) {
          const vf u = vtanh(own[n] + key), g = slope * factor * (1.0f - u * u);
          sumsOfTanh[n] = madd(slope, u, sumsOfTanh[n]);
          sums[n] += g;
          d += g;
        } else {
          sums[n] = madd(slope, key, sums[n]);
          d = madd(slope, own[n], d);
        }
      }
      store(dKeys + s * K + k, d, w);
    }
    vf sumOfTanh = v ? load(dv + k, w) : splat(0.0f);
    for (int n = 0; n < N; n++) {
      if (q[n].dQuery) store(q[n].dQuery + k, load(q[n].dQuery + k, w) + sums[n], w);
      sumOfTanh += sumsOfTanh[n];
    }
    if (v) store(dv + k, sumOfTanh, w);
  });
}

static void attentionBackward(const Attention& p, Pool& pool) {
  const long T = p.T, B = p.B, S = p.S, K = p.K, E = p.E;
  const long keySize = roundUp(S * K, W), memorySize = roundUp(S * E, W), row = roundUp(S, W);
  const long own = 2 * keySize + 2 * memorySize + QUERIES * row;
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
      QueryBackward q[QUERIES];
      int held = 0;
      for (long t = 0; t < T; t++) {
        const long at = t * B + b;
        const float *dContext = p.dContext + at * E, *dWeights = p.dWeights ? p.dWeights + at * S : nullptr;
        // A step that no loss counts may hold anything: 0 * NaN would bring it in.
        if (!isZero(dContext, E) || (dWeights && !isZero(dWeights, count))) {
          float* dQuery = p.dQuery ? p.dQuery + at * K : nullptr;
          q[held] = {p.query + at * K, p.weights + at * S, dContext, dWeights, dQuery, slopes + held * row};
          held++;
        }
        if (held < QUERIES && t + 1 < T) continue;
        inGroups(held, [&](long first, auto size) {
          constexpr int N = decltype(size)::value;
          weightsBackward<N>(q + first, memory, dMemory, count, E);
          scoresBackward<N>(q + first, keys, p.v, count, K, dKeys, dv + b * K);
        });
        held = 0;
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
