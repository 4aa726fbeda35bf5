// Rows of a table by number: the lookup of an embedding and its gradient. Bound by memory: 8 bytes an element, 12 backward.

namespace lethe {
namespace LETHE_ISA {
namespace {

// out [M, n] = factor_m * table[numbers_m]
static void gatherRows(const TableRows& p, Pool& pool) {
  const long M = p.M, n = p.n;
  parallelIf(M * n > 30000, pool, [&](int worker, int workers) {
    const Range mine = share(M, worker, workers);
    for (long m = mine.begin; m < mine.end; m++) {
      const float *from = p.table + p.numbers[m] * n, factor = p.factors ? p.factors[m] : 1.0f;
      vectors(n, [&](long j, int w) { store(p.rows + m * n + j, factor * load(from + j, w), w); });
    }
  });
}

// table[numbers_m] += factor_m * rows_m, in the order of m; workers share the columns, for numbers may repeat
static void scatterRows(const TableRows& p, Pool& pool) {
  const long M = p.M, n = p.n;
  parallelIf(M * n > 30000, pool, [&](int worker, int workers) {
    const Range mine = share(n, worker, workers, W);
    for (long m = 0; m < M; m++) {
      float* to = p.table + p.numbers[m] * n + mine.begin;
      const float *from = p.rows + m * n + mine.begin, factor = p.factors ? p.factors[m] : 1.0f;
      vectors(mine.end - mine.begin, [&](long j, int w) { store(to + j, load(to + j, w) + factor * load(from + j, w), w); });
    }
  });
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
