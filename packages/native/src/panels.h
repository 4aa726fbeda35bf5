// Panels of packed weights, the tiles of a product that stream them, and how products are described: operands, and what becomes
// of the sums.
//
// The right operand is packed once into panels of PW = 3 vectors: panel p holds columns [p PW, p PW + width)
// for all k, zero-padded to whole vectors, so that the inner loop streams it. A tile is MR rows by one panel,
// accumulated in registers over k in ascending order: an element's bits depend neither on the tile it falls
// in nor on the number of threads.
//
// Limit: two FMA units of W floats a cycle, 206 GFLOP/s a core on the AVX-512 Xeon where this was measured. A tile
// reaches 195 from the second-level cache.

namespace lethe {
namespace LETHE_ISA {
namespace {

constexpr int NV = 3;
constexpr int PW = NV * W;

LETHE_INLINE long panels(long n) { return (n + PW - 1) / PW; }
LETHE_INLINE long packedSize(long k, long n) { return k * roundUp(n, W); }

// Source of a packed operand: element (k, j) = b[k*ld + j], or b[j*ld + k] when transposed, times `scale`,
// times mask (same layout) when present, squared when asked.
struct Operand {
  const float* b;
  long ld;
  bool transposed = false;
  const float* mask = nullptr;
  float scale = 1.0f;
  bool square = false;
};

LETHE_INLINE float element(const Operand& o, long at) {
  float v = o.mask ? o.b[at] * o.mask[at] : o.b[at];
  return (o.square ? v * v : v) * o.scale;
}

// Packs columns of panel p, rows [k0, k0 + K) of the operand, into dst [K][width].
static void packPanel(float* dst, const Operand& o, long k0, long K, long n, long p) {
  long j0 = p * PW, cols = minimum(PW, n - j0), width = roundUp(cols, W);
  if (!o.transposed) {
    for (long k = 0; k < K; k++) {
      const float* src = o.b + (k0 + k) * o.ld + j0;
      const float* mask = o.mask ? o.mask + (k0 + k) * o.ld + j0 : nullptr;
      vectors(width, [&](long j, int) {
        int have = (int)maximum(0, minimum(W, cols - j));
        vf v = have ? load(src + j, have) : splat(0.0f);
        if (mask && have) v *= load(mask + j, have);
        if (o.square) v *= v;
        store(dst + k * width + j, v * o.scale);
      });
    }
    return;
  }
  constexpr long KB = 16;  // block of k: the source is read in whole cache lines, the target stays in L1
  for (long kb = 0; kb < K; kb += KB) {
    long ke = minimum(K, kb + KB);
#if defined(__AVX512F__)
    // whole vectors are transposed in registers, four times as fast
    for (long j = 0; j < width; j += W) {
      __m512 rows[16];
#pragma GCC unroll 16
      for (int i = 0; i < 16; i++) {
        const long at = (j0 + j + i) * o.ld + k0 + kb;
        vf v = splat(0.0f);
        if (j + i < cols) v = load(o.b + at, (int)(ke - kb));
        if (j + i < cols && o.mask) v *= load(o.mask + at, (int)(ke - kb));
        rows[i] = (__m512)((o.square ? v * v : v) * o.scale);
      }
      transpose16(rows);
#pragma GCC unroll 16
      for (int k = 0; k < 16; k++)
        if (kb + k < ke) store(dst + (kb + k) * width + j, (vf)rows[k]);
    }
    continue;
#endif
    for (long j = 0; j < cols; j++)
      for (long k = kb; k < ke; k++) dst[k * width + j] = element(o, (j0 + j) * o.ld + k0 + k);
    for (long j = cols; j < width; j++)
      for (long k = kb; k < ke; k++) dst[k * width + j] = 0.0f;
  }
}

// Packs all panels of [K, n], sharing panels among the workers; panel p starts at dst + p * PW * K. A panel is
// always the same worker's, who calls packed(p, panel) while it is in the cache.
template <class Packed>
LETHE_INLINE void packShare(float* dst, const Operand& o, long k0, long K, long n, int worker, int workers, Packed&& packed) {
  for (long p = worker; p < panels(n); p += workers) {
    packPanel(dst + p * PW * K, o, k0, K, n, p);
    packed(p, dst + p * PW * K);
  }
}
static void packShare(float* dst, const Operand& o, long k0, long K, long n, int worker, int workers) {
  packShare(dst, o, k0, K, n, worker, workers, [](long, const float*) {});
}

// acc[r][v] += sum_k a[r*rs + k*ks] * panel[k][v]. For every k one cache line from `ahead` on is fetched into the
// second-level cache: what will be streamed next, where that comes from the third.
template <int R, int V>
LETHE_INLINE void accumulate(vf (&acc)[R][V], long K, const float* a, long rs, long ks, const float* panel, const float* ahead) {
  for (long k = 0; k < K; k++) {
    vf b[V];
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) b[v] = *reinterpret_cast<const vf*>(panel + v * W);
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      vf x = splat(a[r * rs]);
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) acc[r][v] = madd(x, b[v], acc[r][v]);
    }
    // 16 rows of the panel ahead: 175 -> 195 of 206 GFLOP/s when panels stream from the second-level cache
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) __builtin_prefetch(panel + 16 * V * W + v * 16);
    __builtin_prefetch(ahead, 0, 2);
    ahead += 16;
    a += ks;
    panel += V * W;
  }
}

// A product of a tile: `rows` of the left operand, element (r, k) = a[r*rs + k*ks], times a packed panel.
struct Phase {
  long K;
  const float* a;
  long rs, ks;
  const float* panel;
  const float* ahead = nullptr;  // K cache lines to fetch meanwhile
};

// out [R][PW] = (what it holds, when `add`) + the product
template <int R, int V>
static void tileKernel(const Phase& p, bool add, float* out) {
  vf acc[R][V] = {};
  if (add) {
#pragma GCC unroll 8
    for (int r = 0; r < R; r++)
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) acc[r][v] = *reinterpret_cast<const vf*>(out + r * PW + v * W);
  }
  accumulate<R, V>(acc, p.K, p.a, p.rs, p.ks, p.panel, p.ahead ? p.ahead : p.panel);
#pragma GCC unroll 8
  for (int r = 0; r < R; r++)
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) *reinterpret_cast<vf*>(out + r * PW + v * W) = acc[r][v];
}

template <int V>
LETHE_INLINE void tileRows(int rows, const Phase& p, bool add, float* out) {
  switch (rows) {
    case 1: return tileKernel<1, V>(p, add, out);
    case 2: return tileKernel<2, V>(p, add, out);
    case 3: return tileKernel<3, V>(p, add, out);
    case 4: return tileKernel<4, V>(p, add, out);
#if defined(__AVX512F__) || defined(__aarch64__)
    case 5: return tileKernel<5, V>(p, add, out);
    case 6: return tileKernel<6, V>(p, add, out);
    case 7: return tileKernel<7, V>(p, add, out);
    case 8: return tileKernel<8, V>(p, add, out);
#endif
  }
}

// A tile of `rows` (1..MR) rows and `width` (whole vectors, at most PW) columns; out is 64-byte aligned.
static void tile(int rows, long width, const Phase& p, bool add, float* out) {
  switch (width / W) {
    case 1: return tileRows<1>(rows, p, add, out);
    case 2: return tileRows<2>(rows, p, add, out);
    default: return tileRows<3>(rows, p, add, out);
  }
}

// Workspace slots of the pool.
enum Slot {
  kPackedBlock,
  kPackedIn,
  kPackedRec,
  kPackedInSquare,
  kPackedRecSquare,
  kMaskedInput,
  kMaskedState,
  kNoisyInput,
  kNoisyState,
  kSparse,
  kCarry,
  kCarrySecond,
  kPartial,
  kGathered,
  kGatheredLeft,
  kResets,
  kLogits,
  kHalfRows,
  kHalfLeft,
  kAttention,
  kMaskedUnits,
  kNoisyUnits
};

// Left operand: element (i, k) = a[i*rs + k*ks]. With `head` (and rs = 1), the first headCount of k are read from
// there instead, as if head stood right before a (the state before the first step, then the states of the steps).
struct Rows {
  const float* a;
  long rs, ks;
  const float* head = nullptr;
  long headCount = 0;
};

// One product of two operands over k.
struct Factor {
  Rows rows;
  Operand operand;
};

// What becomes of sums of a product of [.., n], rows of c `ld` apart: c (+)= alpha * sum (+ bias). As every such function it is
// called for row i from column j0 on, once for each block of k in ascending order, `first` telling the first.
struct AddTo {
  float* c;
  long ld;
  bool add = false;
  const float* bias = nullptr;
  float alpha = 1.0f;

  LETHE_INLINED void operator()(long i, long j0, long cols, const float* sum, const float*, bool first) const {
    float* ci = c + i * ld + j0;
    vectors(cols, [&](long j, int w) {
      vf v = load(sum + j, w) * alpha;
      if (add || !first) v += load(ci + j, w);
      if (bias && first) v += load(bias + j0 + j, w);
      store(ci + j, v, w);
    });
  }
};

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
