// Matrix products on panels of packed weights.
//
// The right operand is packed once into panels of PW = 3 vectors: panel p holds columns [p PW, p PW + width)
// for all k, zero-padded to whole vectors, so that the inner loop streams it. A tile is MR rows by one panel,
// accumulated in registers over k in ascending order: an element's bits depend neither on the tile it falls
// in nor on the number of threads.
//
// Limit: two FMA units of W floats a cycle, 206 GFLOP/s a core on the AVX-512 Xeon where this was measured. A tile
// reaches 195 from the second-level cache; whole products 340 to 390 on two cores, the paper's step 330.

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
      for (int v = 0; v < V; v++) acc[r][v] += x * b[v];
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
enum Slot { kPackedBlock, kPackedIn, kPackedRec, kPackedInSquare, kPackedRecSquare, kMaskedInput, kMaskedState, kNoisyInput, kNoisyState, kSparse, kCarry, kCarrySecond, kPartial, kGathered, kResets, kLogits };

// Left operand: element (i, k) = a[i*rs + k*ks]. With `head` (and rs = 1), the first headCount of k are read from
// there instead, as if head stood right before a (the state before the first step, then the states of the steps).
struct Rows {
  const float* a;
  long rs, ks;
  const float* head = nullptr;
  long headCount = 0;
};

constexpr long ROWS_PER_JOB = 2 * MR;

// One product of two operands over k.
struct Factor {
  Rows rows;
  Operand operand;
};

// A packed block of the right operand: `depth` of k by `panels` panels. It must fit, with what streams past it,
// into the second-level cache (2 MB where this was tuned), or every row of jobs reads it from the third again: 155
// instead of 195 GFLOP/s a core for 2600 columns. Deep before wide, because every block of k reads and writes the result.
struct Blocking {
  long depth, panels;
};
static Blocking chooseBlocking(long n, long K, int factors) {
  constexpr long BLOCK = 300000, DEPTH = 1024;  // floats, k
  const long blocks = (K + DEPTH - 1) / DEPTH, depth = maximum(1, blocks ? (K + blocks - 1) / blocks : 1);
  const long most = maximum(2, BLOCK / (depth * factors * PW)), parts = (panels(n) + most - 1) / most;
  return {depth, (panels(n) + parts - 1) / parts};
}

// Products of [m, K] by [K, n]: one, or two of the same sizes whose results are finished together.
// finish(i, j, cols, sum, second, first) gets `cols` values of row i from column j, once for each block of k in
// ascending order, `first` telling the first block; the caller adds them up. seen(factor, p, k0, kn, panel) is shown
// rows [k0, k0 + kn) of each panel of the right operands once, always from the same worker, blocks in order.
template <class Finish, class Packed>
void product(Pool& pool, long m, long n, long K, const Factor& one, const Factor* two, Finish&& finish, Packed&& seen) {
  if (n <= 0) return;
  const int factors = two ? 2 : 1;
  const Blocking blocking = chooseBlocking(n, K, factors);
  const long size = blocking.depth * blocking.panels * PW;
  float* packed = pool.workspace(kPackedBlock, 2 * factors * size);
  const long jobs = (m + ROWS_PER_JOB - 1) / ROWS_PER_JOB;
  // Columns of the left source are gathered once for every block of panels: once for all of them if there are several.
  const bool gatherFirst = one.rows.rs == 1 && panels(n) > blocking.panels;
  const long leftSize = jobs * ROWS_PER_JOB * blocking.depth;
  float* gathered = gatherFirst ? pool.workspace(kGathered, factors * leftSize) : nullptr;
  parallelIf((double)m * n * K > 60000, pool, [&](int worker, int workers) {
    alignas(64) float out[2][MR * PW];
    alignas(64) float left[2][ROWS_PER_JOB * 1024];
    long job = workers > 1 ? pool.next() : 0;
    long block = 0, kn = 0;
    auto leftOf = [&](int f) -> const Rows& { return f ? two->rows : one.rows; };
    // columns [i0, i1) of the source, k from k0 on, as rows of a tile, [kn][ROWS_PER_JOB]
    auto gather = [&](const Rows& rows, long k0, long i0, long i1, float* to) {
      for (long k = 0; k < kn; k++) {
        const float* from = k0 + k < rows.headCount ? rows.head + (k0 + k) * rows.ks : rows.a + (k0 + k - rows.headCount) * rows.ks;
        vectors(i1 - i0, [&](long i, int w) { store(to + k * ROWS_PER_JOB + i, load(from + i0 + i, w), w); });
      }
    };
    for (long k0 = 0; k0 < maximum(K, 1); k0 += maximum(kn, 1)) {
      kn = minimum(blocking.depth, K - k0);
      if (gatherFirst) {
        pool.barrier(0, workers);  // nobody reads the block before any more
        for (long q = worker; q < jobs; q += workers)
          for (int f = 0; f < factors; f++)
            gather(leftOf(f), k0, q * ROWS_PER_JOB, minimum(m, (q + 1) * ROWS_PER_JOB),
                   gathered + f * leftSize + q * ROWS_PER_JOB * blocking.depth);
      }
      for (long p0 = 0; p0 < panels(n); p0 += blocking.panels, block++) {
        const long pn = minimum(blocking.panels, panels(n) - p0);
        float* b[2];  // alternating buffers: one barrier a block
        for (int f = 0; f < factors; f++) {
          b[f] = packed + ((block & 1) * factors + f) * size;
          for (long p = p0 + worker; p < p0 + pn; p += workers) {
            float* panel = b[f] + (p - p0) * PW * kn;
            packPanel(panel, f ? two->operand : one.operand, k0, kn, n, p);
            seen(f, p, k0, kn, panel);
          }
        }
        pool.barrier(0, workers);
        for (; job < (block + 1) * jobs; job = workers > 1 ? pool.next() : job + 1) {
          const long q = job - block * jobs, i0 = q * ROWS_PER_JOB, i1 = minimum(m, i0 + ROWS_PER_JOB);
          Rows local[2];
          for (int f = 0; f < factors; f++) {
            const Rows& rows = leftOf(f);
            if (rows.rs == 1) {
              float* own = gatherFirst ? gathered + f * leftSize + q * ROWS_PER_JOB * blocking.depth : left[f];
              if (!gatherFirst) gather(rows, k0, i0, i1, own);
              local[f] = {own, 1, ROWS_PER_JOB};
            } else {
              local[f] = {rows.a + i0 * rows.rs + k0 * rows.ks, rows.rs, rows.ks};
            }
          }
          for (long p = p0; p < p0 + pn; p++) {
            long j0 = p * PW, cols = minimum(PW, n - j0), width = roundUp(cols, W);
            for (long i = 0; i < i1 - i0; i += MR) {
              int r = (int)minimum(MR, i1 - i0 - i);
              for (int f = 0; f < factors; f++)
                tile(r, width, {kn, local[f].a + i * local[f].rs, local[f].rs, local[f].ks, b[f] + (p - p0) * PW * kn}, false, out[f]);
              for (int t = 0; t < r; t++) finish(i0 + i + t, j0, cols, out[0] + t * PW, out[1] + t * PW, k0 == 0);
            }
          }
        }
      }
    }
  });
}

template <class Finish>
void product(Pool& pool, long m, long n, long K, const Factor& one, const Factor* two, Finish&& finish) {
  product(pool, m, n, K, one, two, finish, [](int, long, long, long, const float*) {});
}

// C [m, n] (+)= alpha * rows * operand (+ bias)
static void multiply(Pool& pool, long m, long n, long K, Rows rows, const Operand& operand, float* c, bool add,
                     float alpha = 1.0f, const float* bias = nullptr) {
  product(pool, m, n, K, {rows, operand}, nullptr, [=](long i, long j0, long cols, const float* sum, const float*, bool first) {
    float* ci = c + i * n + j0;
    vectors(cols, [&](long j, int w) {
      vf v = load(sum + j, w) * alpha;
      if (add || !first) v += load(ci + j, w);
      if (bias && first) v += load(bias + j0 + j, w);
      store(ci + j, v, w);
    });
  });
}

static void matmul(const Matmul& p, Pool& pool) {
  Rows rows = p.transposeA ? Rows{p.a, 1, p.m} : Rows{p.a, p.k, 1};
  Operand operand{p.b, p.transposeB ? p.k : p.n, p.transposeB};
  multiply(pool, p.m, p.n, p.k, rows, operand, p.c, p.accumulate, p.alpha, p.bias);
}

// bias gradient, a packed panel p of d [.., n] at a time: out[j] += sum over its kn rows
static void addPanelSums(long p, long kn, const float* panel, long n, float* out) {
  long cols = minimum(PW, n - p * PW), width = roundUp(cols, W);
  vf sum[NV] = {};
  for (long k = 0; k < kn; k++)
    for (long v = 0; v * W < width; v++) sum[v] += *reinterpret_cast<const vf*>(panel + k * width + v * W);
  vectors(cols, [&](long j, int w) { store(out + p * PW + j, load(out + p * PW + j, w) + sum[j / W], w); });
}

// How workers share the rows and columns of a recurrent product: `rowGroups` groups of rows that never wait
// for each other, each of `members` workers that split the columns and meet at a barrier once a step.
struct Grid {
  int rowGroups, members;
};

// Whole groups of rows need no barrier, but every core then streams all packed weights: only while they fit
// in its second-level cache (taken as 1.75 of 2 MB). `bytes` of packed weights are read each step.
static Grid chooseGrid(int workers, long B, long n, long bytes) {
  if (workers == 1) return {1, 1};
  long byRows = ((B + workers - 1) / workers + MR - 1) / MR * panels(n);
  long byColumns = (B + MR - 1) / MR * ((panels(n) + workers - 1) / workers);
  bool rows = B >= workers && bytes <= 1750000 && byRows <= byColumns;
  return rows ? Grid{workers, 1} : Grid{1, workers};
}

// The part of a worker: rows [row0, row1), vectors of columns [col0, col1) in whole panels, and its group.
struct Part {
  long row0, row1, panel0, panel1;
  int group, members;
};
static Part partOf(Grid grid, int worker, long B, long n) {
  int group = worker / grid.members, member = worker % grid.members;
  Range rows = share(B, group, grid.rowGroups, grid.rowGroups > 1 && B >= grid.rowGroups * MR ? MR : 1);
  Range cols = share(panels(n), member, grid.members);
  return {rows.begin, rows.end, cols.begin, cols.end, group, grid.members};
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
