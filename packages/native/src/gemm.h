// Matrix products: the right operand in packed panels, the left one gathered where its rows do not lie in memory order,
// both in blocks that fit the second-level cache.
//
// Whole products reach 340 to 390 GFLOP/s in float32 on two cores (peak 412), the paper's step 330; on
// two of AMD Zen 5 (peak 537) 430 to 490.

namespace lethe {
namespace LETHE_ISA {
namespace {

constexpr long ROWS_PER_JOB = 2 * MR;
// Columns of the left source are gathered for so many jobs at once where there are many: whole stretches of memory in place of a cache
// line of every page. 8000 x 595 by 128: 65 to 80 GFLOP/s on one thread, 143 to 195 on two (Intel Xeon 2.80 GHz).
constexpr long JOBS_PER_GATHER = 4;

// A packed block of the right operand: `depth` of k by `panels` panels. It takes half of the second-level cache, for with what
// streams past it it must fit, or every row of jobs reads it from the third again: 155 instead of 195 GFLOP/s a core for 2600
// columns. Deep before wide, because every block of k reads and writes the result. Where columns of the left source are gathered, all
// panels are one block if they can: else all rows would be gathered into memory first and read back for every block. 10000 x 650 over 700:
// 38 ms instead of 49 (one core, AMD Zen 5, 1 MB of second level).
struct Blocking {
  long depth, panels;
};
static Blocking chooseBlocking(long n, long K, int factors, bool columnsOfLeft) {
  constexpr long DEPTH = 1024;  // k
  const long block = secondLevelCache() / 2 / (long)sizeof(float);
  const long blocks = (K + DEPTH - 1) / DEPTH, depth = maximum(1, blocks ? (K + blocks - 1) / blocks : 1);
  const long most = maximum(2, block / (depth * factors * PW));
  if (columnsOfLeft && depth * factors * PW * panels(n) <= 4 * block) return {depth, panels(n)};
  const long parts = (panels(n) + most - 1) / most;
  return {depth, (panels(n) + parts - 1) / parts};
}

// Products of [m, K] by [K, n]: one, or two of the same sizes whose results are finished together.
// finish(i, j, cols, sum, second, first) gets `cols` values of row i from column j, once for each block of k in
// ascending order, `first` telling the first block; the caller adds them up. In float32 seen(factor, p, k0, kn, panel) is shown
// rows [k0, k0 + kn) of each panel of the right operands once, always from the same worker, blocks in order.
template <class Finish, class Packed>
void productWith(Pool& pool, long m, long n, long K, const Factor& one, const Factor* two, Finish&& finish, Packed&& seen) {
  if (n <= 0) return;
  if (isHalf(pool)) return halfProduct(pool, m, n, K, one, two, finish);
  const int factors = two ? 2 : 1;
  const bool columnsOfLeft = one.rows.rs == 1;
  const Blocking blocking = chooseBlocking(n, K, factors, columnsOfLeft);
  const long size = blocking.depth * blocking.panels * PW;
  float* packed = pool.workspace(kPackedBlock, 2 * factors * size);
  const long rowsPerJob = ROWS_PER_JOB * (columnsOfLeft && m >= 16 * JOBS_PER_GATHER * ROWS_PER_JOB ? JOBS_PER_GATHER : 1);
  const long jobs = (m + rowsPerJob - 1) / rowsPerJob;
  // Columns of the left source are gathered once for every block of panels: once for all of them if there are several.
  const bool gatherFirst = columnsOfLeft && panels(n) > blocking.panels;
  const long leftSize = (gatherFirst ? jobs : pool.threads()) * rowsPerJob * blocking.depth;
  float* gathered = columnsOfLeft ? pool.workspace(kGatheredLeft, factors * leftSize) : nullptr;
  parallelIf((double)m * n * K > 60000, pool, [&](int worker, int workers) {
    alignas(64) float out[2][MR * PW];
    long job = workers > 1 ? pool.next() : 0;
    long block = 0, kn = 0;
    auto leftOf = [&](int f) -> const Rows& { return f ? two->rows : one.rows; };
    // where the gathered rows of a job are, as rows of tiles: [rowsPerJob / ROWS_PER_JOB][kn][ROWS_PER_JOB]
    auto placeOf = [&](int f, long q) { return gathered + f * leftSize + (gatherFirst ? q : worker) * rowsPerJob * blocking.depth; };
    auto gather = [&](long k0, long q) {
      const long i0 = q * rowsPerJob, i1 = minimum(m, i0 + rowsPerJob);
      for (int f = 0; f < factors; f++) {
        const Rows& rows = leftOf(f);
        float* to = placeOf(f, q);
        for (long k = 0; k < kn; k++) {
          const float* from = k0 + k < rows.headCount ? rows.head + (k0 + k) * rows.ks : rows.a + (k0 + k - rows.headCount) * rows.ks;
          for (long i = i0; i < i1; i += ROWS_PER_JOB)
            vectors(minimum(ROWS_PER_JOB, i1 - i),
                    [&](long r, int w) { store(to + (i - i0) * kn + k * ROWS_PER_JOB + r, load(from + i + r, w), w); });
        }
      }
    };
    for (long k0 = 0; k0 < maximum(K, 1); k0 += maximum(kn, 1)) {
      kn = minimum(blocking.depth, K - k0);
      if (gatherFirst) {
        pool.barrier(0, workers);  // nobody reads the block before any more
        for (long q = worker; q < jobs; q += workers) gather(k0, q);
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
          const long q = job - block * jobs, i0 = q * rowsPerJob, i1 = minimum(m, i0 + rowsPerJob);
          if (columnsOfLeft && !gatherFirst) gather(k0, q);
          // rows from i0 + i on
          auto rowsFrom = [&](int f, long i) -> Rows {
            const Rows& rows = leftOf(f);
            if (!columnsOfLeft) return {rows.a + (i0 + i) * rows.rs + k0 * rows.ks, rows.rs, rows.ks};
            return {placeOf(f, q) + i / ROWS_PER_JOB * ROWS_PER_JOB * kn + i % ROWS_PER_JOB, 1, ROWS_PER_JOB};
          };
          for (long p = p0; p < p0 + pn; p++) {
            long j0 = p * PW, cols = minimum(PW, n - j0), width = roundUp(cols, W);
            for (long i = 0; i < i1 - i0; i += MR) {
              int r = (int)minimum(MR, i1 - i0 - i);
              for (int f = 0; f < factors; f++) {
                const Rows rows = rowsFrom(f, i);
                tile(r, width, {kn, rows.a, rows.rs, rows.ks, b[f] + (p - p0) * PW * kn}, false, out[f]);
              }
              for (int t = 0; t < r; t++) finish(i0 + i + t, j0, cols, out[0] + t * PW, out[1] + t * PW, k0 == 0);
            }
          }
        }
      }
    }
  });
}

// What becomes of the sums, and who sees the panels: as they are, so that they are inlined, or by pointer, for a module for a browser
// has one product for all of them in place of 38.
#if defined(__wasm__)
struct AnyFinish {
  void* context;
  void (*run)(void* context, long i, long j0, long cols, const float* sum, const float* second, bool first);
  void operator()(long i, long j0, long cols, const float* sum, const float* second, bool first) const {
    run(context, i, j0, cols, sum, second, first);
  }
};
struct AnyPacked {
  void* context;
  void (*run)(void* context, int factor, long p, long k0, long kn, const float* panel);
  void operator()(int factor, long p, long k0, long kn, const float* panel) const { run(context, factor, p, k0, kn, panel); }
};
template <class Finish>
AnyFinish finisher(Finish& finish) {
  return {(void*)&finish, [](void* context, long i, long j0, long cols, const float* sum, const float* second, bool first) {
            (*static_cast<Finish*>(context))(i, j0, cols, sum, second, first);
          }};
}
template <class Packed>
AnyPacked watcher(Packed& seen) {
  return {(void*)&seen, [](void* context, int factor, long p, long k0, long kn, const float* panel) {
            (*static_cast<Packed*>(context))(factor, p, k0, kn, panel);
          }};
}
#else
template <class Finish>
LETHE_INLINE Finish& finisher(Finish& finish) {
  return finish;
}
template <class Packed>
LETHE_INLINE Packed& watcher(Packed& seen) {
  return seen;
}
#endif

template <class Finish, class Packed>
void product(Pool& pool, long m, long n, long K, const Factor& one, const Factor* two, Finish&& finish, Packed&& seen) {
  productWith(pool, m, n, K, one, two, finisher(finish), watcher(seen));
}

// A product of at most THIN rows: the right operand is read where it lies, once, for packing it would cost more than it saves.
// Bound by memory: 20 to 25 GB/s on two cores of an Intel Xeon (Ice Lake). From a copy in bf16, where somebody keeps one, half the bytes
// are read. Rows are short stretches far apart, so the next four are fetched ahead: 34 GB/s over a whole drawing of text in bf16, 15
// without it and with a copy a call (AMD Zen 5, whose two cores read 72).
constexpr long THIN = 4;

struct FloatNumbers {
  const float* b;
  LETHE_INLINED void fetch(long i) const { __builtin_prefetch(b + i, 0, 2); }
  LETHE_INLINED vf at(long i, int w) const { return load(b + i, w); }
};
struct HalfNumbers {
  const uint16_t* b;
  LETHE_INLINED void fetch(long i) const { __builtin_prefetch(b + i, 0, 2); }
  LETHE_INLINED vf at(long i, int w) const {
    vw words = {};
    if (w == W) words = *reinterpret_cast<const vw*>(b + i);
    else
      for (int l = 0; l < w; l++) words[l] = b[i + l];
    const vi bits = __builtin_convertvector(words, vi) << 16;
    return reinterpret_cast<const vf&>(bits);
  }
};

template <class Numbers, class Finish>
void thinProduct(Pool& pool, long m, long n, long K, const Factor& factor, const Numbers& numbers, Finish&& finish) {
  constexpr long COLUMNS = 4096;  // sums of a row: half of the first-level cache, and long stretches of memory
  const Rows& rows = factor.rows;
  const Operand& o = factor.operand;
  auto left = [&](long i, long k) {
    return rows.rs == 1 && k < rows.headCount ? rows.head[k * rows.ks + i]
                                              : rows.a[i * rows.rs + (rows.rs == 1 ? k - rows.headCount : k) * rows.ks];
  };
  parallelIf((double)n * K > 30000, pool, [&](int worker, int workers) {
    alignas(64) float sum[THIN][COLUMNS];
    const Range mine = share(n, worker, workers, W);
    for (long j0 = mine.begin; j0 < mine.end; j0 += COLUMNS) {
      const long cols = minimum(COLUMNS, mine.end - j0);
      for (long i = 0; i < m; i++) vectors(cols, [&](long j, int) { store(sum[i] + j, splat(0.0f)); });
      if (o.transposed) {
        // four columns at a time, each a stretch of memory of its own
        for (long j = 0; j < cols; j += 4) {
          const long width = minimum(4, cols - j);
          vf lanes[4][THIN] = {};
          vectors(K, [&](long k, int w) {
            vf a[THIN];
            for (long i = 0; i < m; i++) {
              if (rows.rs != 1 && rows.ks == 1) {
                a[i] = load(rows.a + i * rows.rs + k, w);
              } else {
                a[i] = splat(0.0f);
                for (int l = 0; l < w; l++) a[i][l] = left(i, k + l);
              }
            }
            for (long c = 0; c < width; c++) {
              const long at = (j0 + j + c) * o.ld + k;
              vf b = numbers.at(at, w);
              numbers.fetch(at + 4 * o.ld);
              if (o.mask) b *= load(o.mask + at, w);
              for (long i = 0; i < m; i++) lanes[c][i] = madd(a[i], b, lanes[c][i]);
            }
          });
          for (long c = 0; c < width; c++)
            for (long i = 0; i < m; i++)
              for (int l = 0; l < W; l++) sum[i][j + c] += lanes[c][i][l];
        }
      } else {
        // four of k at a time: sums are read and written a quarter as often
        for (long k = 0; k < K; k += 4) {
          const long depth = minimum(4, K - k);
          for (long i = 0; i < m; i++) {
            vf x[4];
            for (long d = 0; d < 4; d++) x[d] = splat(d < depth ? left(i, k + d) : 0.0f);
            const long from = k * o.ld + j0;
            const float* mask = o.mask ? o.mask + from : nullptr;
            vectors(cols, [&](long j, int w) {
              vf s = load(sum[i] + j);
              for (long d = 0; d < depth; d++) {
                vf v = numbers.at(from + d * o.ld + j, w);
                numbers.fetch(from + (d + 4) * o.ld + j);
                if (mask) v *= load(mask + d * o.ld + j, w);
                s = madd(x[d], v, s);
              }
              store(sum[i] + j, s);
            });
          }
        }
      }
      for (long i = 0; i < m; i++)
        for (long j = 0; j < cols; j += PW) finish(i, j0 + j, minimum(PW, cols - j), sum[i] + j, nullptr, true);
    }
  });
}

template <class Finish>
void product(Pool& pool, long m, long n, long K, const Factor& one, const Factor* two, Finish&& finish) {
  if (m <= THIN && !two && !one.operand.square && one.operand.scale == 1.0f) {
    const Operand& o = one.operand;
    const float* b = o.b;
    const long reach = K > 0 && n > 0 ? (o.transposed ? (n - 1) * o.ld + K : (K - 1) * o.ld + n) : 0;
    const uint16_t* half = isHalf(pool) && reach > 0 ? pool.rounded(b, reach) : nullptr;
    return half ? thinProduct(pool, m, n, K, one, HalfNumbers{half}, finisher(finish))
                : thinProduct(pool, m, n, K, one, FloatNumbers{b}, finisher(finish));
  }
  product(pool, m, n, K, one, two, finish, [](int, long, long, long, const float*) {});
}

// C [m, n] (+)= alpha * rows * operand (+ bias)
static void multiply(Pool& pool, long m, long n, long K, Rows rows, const Operand& operand, float* c, bool add, float alpha = 1.0f,
                     const float* bias = nullptr) {
  product(pool, m, n, K, {rows, operand}, nullptr, AddTo{c, n, add, bias, alpha});
}

static void matmul(const Matmul& p, Pool& pool) {
  Rows rows = p.transposeA ? Rows{p.a, 1, p.m} : Rows{p.a, p.k, 1};
  Operand operand{p.b, p.transposeB ? p.k : p.n, p.transposeB};
  multiply(pool, p.m, p.n, p.k, rows, operand, p.c, p.accumulate, p.alpha, p.bias);
}

// out[j] (+)= sum over rows of d [rows, n] with leading dimension ld
static void columnSums(Pool& pool, long rows, long n, const float* d, long ld, float* out, bool add) {
  constexpr long COLUMNS = 16 * W;
  parallelIf(rows * n > 100000, pool, [&](int worker, int workers) {
    const Range mine = share(n, worker, workers, COLUMNS);
    for (long j0 = mine.begin; j0 < mine.end; j0 += COLUMNS) {
      vf sum[16] = {};
      const long cols = minimum(COLUMNS, mine.end - j0);
      for (long m = 0; m < rows; m++) vectors(cols, [&](long j, int w) { sum[j / W] += load(d + m * ld + j0 + j, w); });
      vectors(cols, [&](long j, int w) { store(out + j0 + j, add ? load(out + j0 + j, w) + sum[j / W] : sum[j / W], w); });
    }
  });
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
// in seven eighths of its second-level cache. `bytes` of packed weights are read each step.
static Grid chooseGrid(int workers, long B, long n, long bytes) {
  if (workers == 1) return {1, 1};
  long byRows = ((B + workers - 1) / workers + MR - 1) / MR * panels(n);
  long byColumns = (B + MR - 1) / MR * ((panels(n) + workers - 1) / workers);
  bool rows = B >= workers && bytes <= secondLevelCache() / 8 * 7 && byRows <= byColumns;
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
