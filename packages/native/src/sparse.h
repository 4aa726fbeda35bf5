// Sparse rows: piano rolls, one-hot words, inputs with most of their elements dropped. Where at most one
// element in six is not 0, a recurrent layer adds the rows of W_in that count instead of multiplying by zeros:
// the sums have the same bits, since x = 0 changes none, and the input's share of the work goes (at the paper's
// size, 88 notes of which 4 sound: 10 % of a training step).

namespace lethe {
namespace LETHE_ISA {
namespace {

// The elements of x [M, I] that are not 0: row m has count[m] of them, at index[m*I + ..] in ascending order.
struct SparseRows {
  const int32_t *count, *index;
  long I;
};

// True, with `out` filled, when x is sparse enough.
static bool findSparse(Pool& pool, const float* x, long M, long I, SparseRows& out) {
  int32_t* count = reinterpret_cast<int32_t*>(pool.workspace(kSparse, M + M * I));
  int32_t* index = count + M;
  parallelIf(M * I > 50000, pool, [&](int worker, int workers) {
    Range range = share(M, worker, workers);
    for (long m = range.begin; m < range.end; m++) {
      int32_t n = 0;
      vectors(I, [&](long i, int w) {
        vi set = load(x + m * I + i, w) != 0.0f;
        uint64_t any = 0;
        for (int l = 0; l < W / 2; l++) any |= ((const uint64_t __attribute__((may_alias))*)&set)[l];
        if (!any) return;
        for (int l = 0; l < w; l++)
          if (set[l]) index[m * I + n++] = (int32_t)(i + l);
      });
      count[m] = n;
    }
  });
  long total = 0;
  for (long m = 0; m < M; m++) total += count[m];
  out = {count, index, I};
  return total * 6 <= M * I;
}

// out [rows][PW] = rows m0.. of x times a packed panel [I][width], summed in ascending order
static void sparseTile(int rows, long width, const SparseRows& s, const float* x, long m0, const float* panel, float* out) {
  for (int r = 0; r < rows; r++) {
    vf acc[NV] = {};
    const int32_t* index = s.index + (m0 + r) * s.I;
    for (int32_t e = 0; e < s.count[m0 + r]; e++) {
      vf v = splat(x[(m0 + r) * s.I + index[e]]);
      const float* w = panel + index[e] * width;
      for (long j = 0; j * W < width; j++) acc[j] = madd(v, *reinterpret_cast<const vf*>(w + j * W), acc[j]);
    }
    for (long j = 0; j * W < width; j++) *reinterpret_cast<vf*>(out + r * PW + j * W) = acc[j];
  }
}

// Gradient of W_in [I, O], a packed panel p of d [M, O] at a time, rows m0.. of `kn`: row i of dw, in the panel's
// columns, += weight(i, j, w) * x[m, i] * d[m]; the rows come in ascending order
template <class Weight>
LETHE_INLINE void addSparsePanel(const SparseRows& s, const float* x, long p, long m0, long kn, const float* panel, long O, float* dw,
                                 Weight&& weight) {
  long j0 = p * PW, cols = minimum(PW, O - j0), width = roundUp(cols, W);
  for (long m = m0; m < m0 + kn; m++) {
    const float* d = panel + (m - m0) * width;
    for (int32_t e = 0; e < s.count[m]; e++) {
      long i = s.index[m * s.I + e];
      vf v = splat(x[m * s.I + i]);
      float* target = dw + i * O + j0;
      vectors(cols, [&](long j, int w) {
        store(target + j, load(target + j, w) + weight(i * O + j0 + j, w) * (v * *reinterpret_cast<const vf*>(d + j)), w);
      });
    }
  }
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
