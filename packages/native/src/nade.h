// A NADE over binary frames (Larochelle, Murray 2011), its biases given for every frame: along the order o of the dimensions
//   h = m * logistic(c_h a), a = hiddenBias + sum of v_j W_j over the dimensions before; z_i = visibleBias_i + U_i . h,
//   rowLoss = sum_i softplus(c_i z_i) - v_i c_i z_i,  c = 1, or 1 / sqrt(1 + pi/8 variance)
//
// Pre-activations grow by a row of W where a note sounds and stay as they are where none does, so that of the D vectors h of
// a frame only (notes + 1) differ: the activation is computed for those alone. Rows go in blocks of eight, which share what is
// read of U; what differs of h in a block is made anew in the backward pass, where it stays in the second-level cache.
//
// Limit: 2 D K FLOP a frame forward, 4 D K backward, operands from the first-level cache.

namespace lethe {
namespace LETHE_ISA {
namespace {

constexpr long NADE_ROWS = 8;  // of a block

// The weights in rows of whole vectors, and the frames that count.
struct NadePlan {
  long D, K, width, count;
  const float *in, *out;
  const int32_t* rows;
};

static NadePlan planNade(const Nade& p, const float* counts, Pool& pool) {
  const long M = (long)p.T * p.B, D = p.D, K = p.K, width = roundUp(K, W);
  float* packed = pool.workspace(kPackedBlock, 2 * D * width);
  for (long i = 0; i < D; i++) {
    vectors(K, [&](long k, int w) {
      store(packed + i * width + k, load(p.weightIn + i * K + k, w));
      store(packed + (D + i) * width + k, load(p.weightOut + i * K + k, w));
    });
  }
  int32_t* rows = reinterpret_cast<int32_t*>(pool.workspace(kSparse, M));
  long count = 0;
  for (long m = 0; m < M; m++)
    if (!counts || counts[m] != 0.0f) rows[count++] = (int32_t)m;
  return {D, K, width, count, packed, packed + D * width, rows};
}

LETHE_INLINE vf nadeShrink(const float* variance, int w) { return reciprocalSqrt(1.0f + kKappa * load(variance, w)); }

// The sums of the lanes of eight vectors.
LETHE_INLINE void laneSums(const vf (&v)[NADE_ROWS], float* out) {
#if defined(__AVX512F__)
  // 25 instructions in place of 120 additions one after the other
  vf half[4], quarter[2];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    const __m512 a = (__m512)v[2 * i], b = (__m512)v[2 * i + 1];
    half[i] = (vf)_mm512_unpacklo_ps(a, b) + (vf)_mm512_unpackhi_ps(a, b);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 2; i++) {
    const __m512d a = _mm512_castps_pd((__m512)half[2 * i]), b = _mm512_castps_pd((__m512)half[2 * i + 1]);
    quarter[i] = (vf)_mm512_castpd_ps(_mm512_unpacklo_pd(a, b)) + (vf)_mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
  }
  const __m512 a = (__m512)quarter[0], b = (__m512)quarter[1];
  alignas(64) float s[16];
  store(s, (vf)_mm512_shuffle_f32x4(a, b, 0x88) + (vf)_mm512_shuffle_f32x4(a, b, 0xdd));
  for (int j = 0; j < 4; j++) {
    out[j] = s[j] + s[4 + j];
    out[4 + j] = s[8 + j] + s[12 + j];
  }
#else
  for (int r = 0; r < NADE_ROWS; r++) {
    float sum = 0.0f;
    for (int l = 0; l < W; l++) sum += v[r][l];
    out[r] = sum;
  }
#endif
}

static void nadeForward(const Nade& p, Pool& pool) {
  const long M = (long)p.T * p.B;
  const NadePlan plan = planNade(p, p.stepMask, pool);
  const long D = plan.D, K = plan.K, width = plan.width, size = NADE_ROWS * width;
  float* scratch = pool.workspace(kGathered, 2 * size * pool.threads());
  if (plan.count < M) {
    for (long m = 0; m < M; m++) {
      if (p.stepMask[m] != 0.0f) continue;
      p.rowLoss[m] = 0.0f;
      vectors(D, [&](long i, int w) { store(p.logits + m * D + i, splat(0.0f), w); });
    }
  }
  parallelIf((double)plan.count * D * K > 60000, pool, [&](int worker, int workers) {
    float *a = scratch + worker * 2 * size, *h = a + size;
    const Range mine = share(plan.count, worker, workers, NADE_ROWS);
    for (long n0 = mine.begin; n0 < mine.end; n0 += NADE_ROWS) {
      const long rows = minimum(NADE_ROWS, mine.end - n0);
      auto activate = [&](long r) {
        const long m = plan.rows[n0 + r];
        const float* mask = p.maskHidden.row(m / p.B, m % p.B);
        vectors(K, [&](long k, int w) {
          vf x = load(a + r * width + k);
          if (p.hiddenVariance) x *= nadeShrink(p.hiddenVariance + m * K + k, w);
          vf s = vsigmoid(x);
          store(h + r * width + k, mask ? s * load(mask + k, w) : s);
        });
      };
      for (long r = 0; r < NADE_ROWS; r++) {
        if (r < rows) {
          vectors(K, [&](long k, int w) { store(a + r * width + k, load(p.hiddenBias + plan.rows[n0 + r] * K + k, w)); });
          activate(r);
        } else {
          for (long k = 0; k < width; k += W) store(h + r * width + k, splat(0.0f));
        }
      }
      for (long at = 0; at < D; at++) {
        const long i = p.order[at];
        const float* u = plan.out + i * width;
        vf sums[NADE_ROWS] = {};
        for (long k = 0; k < width; k += W) {
          const vf uk = load(u + k);
#pragma GCC unroll 8
          for (long r = 0; r < NADE_ROWS; r++) sums[r] = madd(uk, load(h + r * width + k), sums[r]);
        }
        float dots[NADE_ROWS];
        laneSums(sums, dots);
        for (long r = 0; r < rows; r++) {
          const long to = plan.rows[n0 + r] * D + i;
          p.logits[to] = p.visibleBias[to] + dots[r];
          const float v = p.visible[to];
          if (v == 0.0f || at + 1 == D) continue;
          const float* row = plan.in + i * width;
          for (long k = 0; k < width; k += W) store(a + r * width + k, madd(v, load(row + k), load(a + r * width + k)));
          activate(r);
        }
      }
      for (long r = 0; r < rows; r++) {
        const long m = plan.rows[n0 + r];
        vf sum = splat(0.0f);
        vectors(D, [&](long i, int w) {
          vf z = load(p.logits + m * D + i, w);
          if (p.visibleVariance) z *= nadeShrink(p.visibleVariance + m * D + i, w);
          vf loss = vsoftplus(z) - load(p.visible + m * D + i, w) * z;
          for (int l = w; l < W; l++) loss[l] = 0.0f;  // lanes past the end would add softplus(0)
          sum += loss;
        });
        float total = 0.0f;
        for (int l = 0; l < W; l++) total += sum[l];
        p.rowLoss[m] = p.stepMask ? total * p.stepMask[m] : total;
      }
    }
  });
}

// dz of every frame that counts, [count, D], and with it the gradients of the visible biases
static void nadeLogitGradients(const Nade& p, const NadePlan& plan, float* dLogits, Pool& pool) {
  const long D = plan.D;
  parallelIf(plan.count * D > 8192, pool, [&](int worker, int workers) {
    const Range mine = share(plan.count, worker, workers);
    for (long n = mine.begin; n < mine.end; n++) {
      const long m = plan.rows[n];
      vectors(D, [&](long i, int w) {
        const long at = m * D + i;
        const vf z = load(p.logits + at, w), c = p.visibleVariance ? nadeShrink(p.visibleVariance + at, w) : splat(1.0f);
        const vf g = p.dRowLoss[m] * (vsigmoid(z * c) - load(p.visible + at, w)) * c;
        store(dLogits + n * D + i, g, w);
        if (p.dVisibleBias) store(p.dVisibleBias + at, load(p.dVisibleBias + at, w) + g, w);
        if (p.dVisibleVariance) store(p.dVisibleVariance + at, load(p.dVisibleVariance + at, w) - (0.5f * kKappa) * g * z * c * c, w);
      });
    }
  });
}

// Hidden units do not meet in the backward pass: each worker has columns of its own, with their gradients of both weights.
static void nadeBackward(const Nade& p, Pool& pool) {
  const NadePlan plan = planNade(p, p.dRowLoss, pool);
  const long D = plan.D, K = plan.K, width = plan.width;
  float* dLogits = pool.workspace(kLogits, plan.count * D);
  nadeLogitGradients(p, plan, dLogits, pool);
  float *dIn = pool.workspace(kPartial, 2 * D * width), *dOut = dIn + D * width;
  // of every column of a block: masks, factors of the variance, what is used of h, dh, da, dc, and (D at most) activations
  // that differ with their pre-activations
  const long vectorsOf = NADE_ROWS * (6 + 2 * maximum(D, 1));
  float* scratch = pool.workspace(kGathered, vectorsOf * width);
  parallelIf((double)plan.count * D * K > 60000, pool, [&](int worker, int workers) {
    const Range mine = share(width, worker, workers, W);
    const long cols = mine.end - mine.begin, size = NADE_ROWS * cols;
    if (cols == 0) return;
    float *mask = scratch + mine.begin * vectorsOf, *shrink = mask + size, *h = shrink + size, *dh = h + size, *da = dh + size,
          *dc = da + size, *kept = dc + size, *pre = kept + maximum(D, 1) * size;
    const float *in = plan.in + mine.begin, *out = plan.out + mine.begin;
    for (long i = 0; i < 2 * D; i++)
      for (long k = mine.begin; k < mine.end; k += W) store(dIn + i * width + k, splat(0.0f));
    auto each = [&](auto&& body) {
      for (long k = 0; k < cols; k += W) body(k, (int)minimum(W, K - mine.begin - k));
    };
    for (long n0 = 0; n0 < plan.count; n0 += NADE_ROWS) {
      const long rows = minimum(NADE_ROWS, plan.count - n0);
      long depth[NADE_ROWS];  // which of the activations is in use
      for (long r = 0; r < NADE_ROWS; r++) {
        float *hr = h + r * cols, *maskRow = mask + r * cols, *shrinkRow = shrink + r * cols;
        each([&](long k, int) {
          store(hr + k, splat(0.0f));
          store(dh + r * cols + k, splat(0.0f));
          store(da + r * cols + k, splat(0.0f));
          store(dc + r * cols + k, splat(0.0f));
        });
        if (r >= rows) continue;
        const long m = plan.rows[n0 + r], from = m * K + mine.begin;
        const float* given = p.maskHidden.row(m / p.B, m % p.B);
        auto keep = [&](long d) {
          each([&](long k, int) {
            const vf x = load(pre + (r * maximum(D, 1) + d) * cols + k);
            store(kept + (r * maximum(D, 1) + d) * cols + k, vsigmoid(x * load(shrinkRow + k)));
          });
        };
        each([&](long k, int w) {
          store(maskRow + k, given ? load(given + mine.begin + k, w) : splat(1.0f));
          store(shrinkRow + k, p.hiddenVariance ? nadeShrink(p.hiddenVariance + from + k, w) : splat(1.0f));
          store(pre + r * maximum(D, 1) * cols + k, load(p.hiddenBias + from + k, w));
        });
        long d = 0;
        keep(d);
        for (long at = 0; at + 1 < D; at++) {
          const float v = p.visible[m * D + p.order[at]];
          if (v == 0.0f) continue;
          const float *before = pre + (r * D + d) * cols, *row = in + p.order[at] * width;
          float* after = pre + (r * D + ++d) * cols;
          each([&](long k, int) { store(after + k, madd(v, load(row + k), load(before + k))); });
          keep(d);
        }
        depth[r] = d;
        each([&](long k, int) { store(hr + k, load(kept + (r * maximum(D, 1) + d) * cols + k) * load(maskRow + k)); });
      }
      // What came to the activations in use goes to the pre-activations; those before are in use from here on.
      auto leave = [&](long r) {
        const long at = (r * maximum(D, 1) + depth[r]) * cols;
        each([&](long k, int) {
          const long j = r * cols + k;
          const vf s = load(kept + at + k), dx = load(dh + j) * load(mask + j) * s * (1.0f - s);
          store(da + j, load(da + j) + dx * load(shrink + j));
          if (p.hiddenVariance) store(dc + j, load(dc + j) + dx * load(pre + at + k));
          store(dh + j, splat(0.0f));
        });
        if (--depth[r] < 0) return;
        each([&](long k, int) {
          const long j = r * cols + k;
          store(h + j, load(kept + at - cols + k) * load(mask + j));
        });
      };
      for (long at = D - 1; at >= 0; at--) {
        const long i = p.order[at];
        vf d[NADE_ROWS];
        for (long r = 0; r < NADE_ROWS; r++) {
          d[r] = splat(r < rows ? dLogits[(n0 + r) * D + i] : 0.0f);
          if (r >= rows || at + 1 == D) continue;
          const float v = p.visible[plan.rows[n0 + r] * D + i];
          if (v == 0.0f) continue;
          leave(r);
          float* to = dIn + i * width + mine.begin;
          each([&](long k, int) { store(to + k, madd(v, load(da + r * cols + k), load(to + k))); });
        }
        float* to = dOut + i * width + mine.begin;
        const float* u = out + i * width;
        for (long k = 0; k < cols; k += W) {
          const vf uk = load(u + k);
          vf sum = load(to + k);
#pragma GCC unroll 8
          for (long r = 0; r < NADE_ROWS; r++) {
            sum = madd(d[r], load(h + r * cols + k), sum);
            store(dh + r * cols + k, madd(d[r], uk, load(dh + r * cols + k)));
          }
          store(to + k, sum);
        }
      }
      for (long r = 0; r < rows; r++) {
        leave(r);
        const long to = plan.rows[n0 + r] * K + mine.begin;
        each([&](long k, int w) {
          const long j = r * cols + k;
          if (p.dHiddenBias) store(p.dHiddenBias + to + k, load(p.dHiddenBias + to + k, w) + load(da + j), w);
          if (!p.dHiddenVariance || !p.hiddenVariance) return;
          const vf c = load(shrink + j);
          store(p.dHiddenVariance + to + k, load(p.dHiddenVariance + to + k, w) - (0.5f * kKappa) * load(dc + j) * c * c * c, w);
        });
      }
    }
    for (long i = 0; i < D; i++) {
      each([&](long k, int w) {
        const long from = i * width + mine.begin + k, to = i * K + mine.begin + k;
        if (p.dWeightIn) store(p.dWeightIn + to, load(p.dWeightIn + to, w) + load(dIn + from), w);
        if (p.dWeightOut) store(p.dWeightOut + to, load(p.dWeightOut + to, w) + load(dOut + from), w);
      });
    }
  });
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
