// A NADE over binary frames (Larochelle, Murray 2011), its biases given for every frame: along the order o of the dimensions
//   h = m * logistic(c_h a), a = bias_h + sum of v_j W_j over the dimensions before; z_i = bias_i + U_i . h,
//   rowLoss = sum_i softplus(c_i z_i) - v_i c_i z_i,  c = 1, or 1 / sqrt(1 + pi/8 variance)
//
// Pre-activations grow by a row of W where a note sounds and stay as they are where none does, so that of the D vectors h of
// a frame only (notes + 1) differ: the activation is computed for those alone. Workers share the frames; those of a block read a row
// of U together, their h in the first-level cache. The way back is in nade_backward.h.
//
// Limit: 2 D K FLOP a frame, and K logistic functions for every h that differs.

namespace lethe {
namespace LETHE_ISA {
namespace {

#if defined(__AVX512F__)
constexpr long NADE_ROWS = 16;  // of a block of the forward pass, an accumulator each
#else
constexpr long NADE_ROWS = 8;
#endif

// What both passes make of the frames that count before they begin.
struct NadeFrames {
  long count;
  const int32_t* rows;  // [count], numbers of the frames
};

static NadeFrames nadeFrames(const Nade& p, const float* counts, Pool& pool) {
  const long M = (long)p.T * p.B;
  int32_t* rows = reinterpret_cast<int32_t*>(pool.workspace(kSparse, M));
  long count = 0;
  for (long m = 0; m < M; m++)
    if (!counts || counts[m] != 0.0f) rows[count++] = (int32_t)m;
  return {count, rows};
}

LETHE_INLINE vf nadeShrink(const float* variance, int w) { return reciprocalSqrt(1.0f + kKappa * load(variance, w)); }

// The sums of the lanes of one vector for each row of a block.
LETHE_INLINE void laneSums(const vf (&v)[NADE_ROWS], float* out) {
#if defined(__AVX512F__)
  // 45 instructions in place of 240 additions one after the other
  vf half[8], quarter[4];
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) {
    const __m512 a = (__m512)v[2 * i], b = (__m512)v[2 * i + 1];
    half[i] = (vf)_mm512_unpacklo_ps(a, b) + (vf)_mm512_unpackhi_ps(a, b);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    const __m512d a = _mm512_castps_pd((__m512)half[2 * i]), b = _mm512_castps_pd((__m512)half[2 * i + 1]);
    quarter[i] = (vf)_mm512_castpd_ps(_mm512_unpacklo_pd(a, b)) + (vf)_mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
  }
  auto pairs = [](vf a, vf b) {
    return (vf)_mm512_shuffle_f32x4((__m512)a, (__m512)b, 0x88) + (vf)_mm512_shuffle_f32x4((__m512)a, (__m512)b, 0xdd);
  };
  store(out, pairs(pairs(quarter[0], quarter[1]), pairs(quarter[2], quarter[3])));
#else
  for (int r = 0; r < NADE_ROWS; r++) {
    float sum = 0.0f;
    for (int l = 0; l < W; l++) sum += v[r][l];
    out[r] = sum;
  }
#endif
}

// A block of frames on its way through the order.
struct NadeBlock {
  const Nade& p;
  const int32_t* frames;
  long rows, width;
  float *a, *h;  // [NADE_ROWS][width]

  long at(long r) const { return frames[r]; }

  void activate(long r) const {
    const long m = at(r);
    const float* mask = p.maskHidden.row(m / p.B, m % p.B);
    vectors(p.K, [&](long k, int w) {
      vf x = load(a + r * width + k);
      if (p.variances) x *= nadeShrink(p.variances + p.hiddenAt(m) + k, w);
      const vf s = vsigmoid(x);
      store(h + r * width + k, mask ? s * load(mask + k, w) : s);
    });
  }

  void begin() const {
    for (long r = 0; r < NADE_ROWS; r++) {
      if (r < rows) {
        vectors(p.K, [&](long k, int w) { store(a + r * width + k, load(p.biases + p.hiddenAt(at(r)) + k, w)); });
        activate(r);
      } else {
        for (long k = 0; k < width; k += W) store(h + r * width + k, splat(0.0f));
      }
    }
  }

  // U_i . h of every frame
  void products(const float* u, float* out) const {
    vf sums[NADE_ROWS] = {};
    for (long k = 0; k < width; k += W) {
      const vf uk = load(u + k);
#pragma GCC unroll 16
      for (long r = 0; r < NADE_ROWS; r++) sums[r] = madd(uk, load(h + r * width + k), sums[r]);
    }
    laneSums(sums, out);
  }

  void add(long r, float v, const float* row) const {
    for (long k = 0; k < width; k += W) store(a + r * width + k, madd(v, load(row + k), load(a + r * width + k)));
    activate(r);
  }

  // logits and loss of frame r from its products, those of dimension i at products + i * NADE_ROWS
  void finish(long r, const float* products) const {
    const long D = p.D, m = at(r);
    float* z = p.logits + m * D;
    for (long i = 0; i < D; i++) z[i] = products[i * NADE_ROWS + r];
    vf sum = splat(0.0f);
    vectors(D, [&](long i, int w) {
      vf x = load(p.biases + p.visibleAt(m) + i, w) + load(z + i, w);
      store(z + i, x, w);
      if (p.variances) x *= nadeShrink(p.variances + p.visibleAt(m) + i, w);
      vf loss = vsoftplus(x) - load(p.visible + m * D + i, w) * x;
      for (int l = w; l < W; l++) loss[l] = 0.0f;  // lanes past the end would add softplus(0)
      sum += loss;
    });
    float total = 0.0f;
    for (int l = 0; l < W; l++) total += sum[l];
    p.rowLoss[m] = p.stepMask ? total * p.stepMask[m] : total;
  }
};

static void nadeForward(const Nade& p, Pool& pool) {
  const long M = (long)p.T * p.B, D = p.D, K = p.K, width = roundUp(K, W), size = NADE_ROWS * width;
  const NadeFrames all = nadeFrames(p, p.stepMask, pool);
  float *in = pool.workspace(kPackedBlock, 2 * D * width), *out = in + D * width;  // weights in rows of whole vectors
  for (long i = 0; i < D; i++) {
    vectors(K, [&](long k, int w) {
      store(in + i * width + k, load(p.weightIn + i * K + k, w));
      store(out + i * width + k, load(p.weightOut + i * K + k, w));
    });
  }
  const long own = 2 * size + roundUp(D * NADE_ROWS, W);
  float* scratch = pool.workspace(kGathered, own * pool.threads());
  if (all.count < M) {
    for (long m = 0; m < M; m++) {
      if (p.stepMask[m] != 0.0f) continue;
      p.rowLoss[m] = 0.0f;
      vectors(D, [&](long i, int w) { store(p.logits + m * D + i, splat(0.0f), w); });
    }
  }
  parallelIf((double)all.count * D * K > 60000, pool, [&](int worker, int workers) {
    float *a = scratch + worker * own, *h = a + size, *products = h + size;
    const Range mine = share(all.count, worker, workers, NADE_ROWS);
    for (long n0 = mine.begin; n0 < mine.end; n0 += NADE_ROWS) {
      const NadeBlock block{p, all.rows + n0, minimum(NADE_ROWS, mine.end - n0), width, a, h};
      block.begin();
      for (long at = 0; at < D; at++) {
        const long i = p.order[at];
        block.products(out + i * width, products + i * NADE_ROWS);
        if (at + 1 == D) break;
        for (long r = 0; r < block.rows; r++) {
          const float v = p.visible[block.at(r) * D + i];
          if (v != 0.0f) block.add(r, v, in + i * width);
        }
      }
      for (long r = 0; r < block.rows; r++) block.finish(r, products);
    }
  });
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
