// The product of one factor with its operands rounded to bf16 while they are packed.
//
// Who multiplies with a block of the right operand has packed it himself, into his own second-level cache: workers take blocks
// of columns in turn and share the packed rows or, where the rows are many more than the columns, take rows in turn and pack all
// columns each. With panels of two tiles that took a product of 350 x 10000 over 650 from 3.7 to 2.7 ms.
//
// Limit: tiles reach 1,900 to 2,400 GFLOP/s a core from the second-level cache, 3,500 from the first. On two cores the products
// of language models of 650 units and more reach 1,300 (sums over 10,000) to 2,400 together. Dot products (AMD Zen 5, 546 GFLOP/s a core,
// two together 1,080) reach 510 to 525 a core in the innermost loop, whole products 780 to 925 on two: the rest is packing and what
// comes from memory.

namespace lethe {
namespace LETHE_ISA {
namespace {

// The target of sums that tiles may add to themselves: a product of 700 x 2600 over 650 takes 1.11 ms so, 1.35 when its sums are
// finished row by row.
static const AddTo* directly(const AddTo& finish) { return finish.alpha == 1.0f && !(finish.add && finish.bias) ? &finish : nullptr; }
template <class Finish>
const AddTo* directly(const Finish&) {
  return nullptr;
}

// Fetches the share [from, to) of `whole` of n numbers into the second-level cache: the next rows, while these are multiplied. A product of
// 7000 x 4600 over 1150 takes 160 ms so, 171 without (one core, AMD Zen 5).
static void fetchShare(const uint16_t* numbers, long n, long from, long to, long whole) {
  constexpr long LINE = 32;
  for (long line = n * from / whole / LINE, end = n * to / whole / LINE; line < end; line++)
    __builtin_prefetch(numbers + line * LINE, 0, 2);
}

// One product, or two whose sums are finished together: finish(i, j, cols, sum, second, first) as for products in float32.
template <class Finish>
void halfProduct(Pool& pool, long m, long n, long K, const Factor& one, const Factor* two, Finish&& finish) {
  constexpr long BLOCK = 600000;  // numbers of a packed block: it stays in the second-level cache, or near
  constexpr long GROUP = 8;       // 32 rows each, packed together
  const bool amx = pool.precision() == Precision::amx;
  const long DEPTH = amx ? 2048 : 1216;  // of k: fewer blocks add to the sums less often, and outgrow caches
  const int factors = two ? 2 : 1;
  const AddTo* target = two ? nullptr : directly(finish);
  const long width = amx ? 32 : PW, threads = pool.threads();
  const bool byColumns = m <= 2 * n;
  const long jobs = (m + ROWS16 - 1) / ROWS16;
  const long deep = maximum(1, (K + DEPTH - 1) / DEPTH), depth = paddedDepth((K + deep - 1) / deep);
  // columns of a block, in whole panels where there are many
  const long unit = n > 16 * width * threads ? width : 16, most = maximum(unit, BLOCK / (factors * depth));
  // blocks of columns: shared by workers they are a multiple of them, and so many that the last one is hardly smaller than the others
  const long step = byColumns ? threads : 1, fewest = roundUp((n + most - 1) / most, step);
  auto widthOf = [&](long count) { return roundUp((n + count - 1) / count, unit); };
  long parts = fewest;
  for (long count = fewest; byColumns && count <= fewest + 3 * step; count += step)
    if (count * widthOf(count) < parts * widthOf(parts)) parts = count;
  const long wide = widthOf(parts);
  const long group = byColumns ? jobs : maximum(1, minimum(GROUP, jobs / (4 * threads))), groups = (jobs + group - 1) / group;
  const long rightSize = roundUp(wide, width) * depth, leftSize = group * ROWS16 * depth;
  uint16_t* rights = reinterpret_cast<uint16_t*>(pool.workspace(kPackedBlock, threads * factors * rightSize / 2));
  // shared rows in alternating buffers: one barrier for each block of k
  uint16_t* lefts = reinterpret_cast<uint16_t*>(pool.workspace(kHalfLeft, (byColumns ? 2 : threads) * factors * leftSize / 2));
  parallelIf((double)m * n * K > 60000, pool, [&](int worker, int workers) {
    alignas(64) float out[2][ROWS16 * PW];
    const HalfTiles tiles(pool, 16, false);
    uint16_t* const right = rights + worker * factors * rightSize;  // of the second factor: rightSize behind
    uint16_t* left = byColumns ? lefts : lefts + worker * factors * leftSize;
    long k0 = 0, kn = 0, kp = 0;
    auto factorOf = [&](int f) -> const Factor& { return f ? *two : one; };
    auto packColumns = [&](int f, long j0, long columns, uint16_t* to) {
      Operand part = factorOf(f).operand;
      const long at = part.transposed ? j0 * part.ld : j0;
      part.b += at;
      if (part.mask) part.mask += at;
      packHalfPanels(part, k0, kn, columns, width, 0, (columns + width - 1) / width, [&](long p) { return to + p * width * kp; });
    };
    // The columns past the last whole tile have a panel of their own, so that whole tiles are the same ones, and finished the
    // same way, however the columns are divided.
    auto packRight = [&](long j0, long columns) {
      const long whole = columns / 16 * 16;
      for (int f = 0; f < factors; f++) {
        uint16_t* const to = right + f * rightSize;
        packColumns(f, j0, whole, to);
        if (columns > whole) packColumns(f, j0 + whole, columns - whole, to + whole * kp);
      }
    };
    auto packRows = [&](uint16_t* to, long q0, long count) {
      for (int f = 0; f < factors; f++) packHalfLeft(to + f * leftSize, factorOf(f).rows, q0 * ROWS16, count, m, k0, kn);
    };
    // rows [q0, q1) times 32, packed from q0 on, with the packed columns from j0 on
    auto multiplyPacked = [&](long q0, long q1, long j0, long columns) {
      for (long q = q0; q < q1; q++) {
        const long i0 = q * ROWS16, rows = minimum(ROWS16, m - i0);
        const HalfRows own{left + (q - q0) * ROWS16 * kp, 64, 2 * TILE, 4 * TILE};
        const long whole = columns / 16 * 16;
        long cols;
        for (long p = 0; p < columns; p += cols) {
          const long j = j0 + p;
          cols = minimum(width, (p < whole ? whole : columns) - p);
          const uint16_t* panel = right + p * kp;
          if (q + 1 < q1) fetchShare(own.a + ROWS16 * kp, ROWS16 * kp, p, p + cols, columns);
          if (target && rows == ROWS16 && cols % 16 == 0) {
            TileSums sums{target->c + i0 * target->ld + j, target->ld};
            if (k0 > 0 || target->add) sums.from = sums.to, sums.fromLd = sums.ld;
            else if (target->bias) sums.from = target->bias + j;
            tiles.multiplyTo(2, cols, kn, own, panel, sums);
            continue;
          }
          const int count = rows > 16 ? 2 : 1;
          tiles.multiply(count, roundUp(cols, 16), kn, own, panel, out[0]);
          if (two) {
            const HalfRows second{own.a + leftSize, own.row, own.tile, own.block};
            tiles.multiply(count, roundUp(cols, 16), kn, second, panel + rightSize, out[1]);
          }
          for (long r = 0; r < rows; r++) finish(i0 + r, j, cols, out[0] + r * PW, two ? out[1] + r * PW : nullptr, k0 == 0);
        }
      }
    };
    auto next = [&](long job) { return workers > 1 ? pool.next() : job + 1; };
    long job = next(-1), done = 0;  // numbers of all jobs; those before the present block of k and columns
    for (; k0 < maximum(K, 1); k0 += maximum(kn, 1)) {
      kn = minimum(depth, K - k0);
      kp = paddedDepth(kn);
      if (byColumns) {
        const Range mine = share(jobs, worker, workers);
        packRows(left + mine.begin * ROWS16 * kp, mine.begin, mine.end - mine.begin);
        pool.barrier(0, workers);
        for (; job < done + parts; job = next(job)) {
          const long j0 = (job - done) * wide, columns = minimum(wide, n - j0);
          if (columns <= 0) continue;
          packRight(j0, columns);
          multiplyPacked(0, jobs, j0, columns);
        }
        done += parts;
        left = left == lefts ? lefts + factors * leftSize : lefts;
        continue;
      }
      if (k0 > 0) pool.barrier(0, workers);  // nobody adds to a result any more
      for (long j0 = 0; j0 < n; j0 += wide, done += groups) {
        const long columns = minimum(wide, n - j0);
        packRight(j0, columns);
        for (; job < done + groups; job = next(job)) {
          const long q0 = (job - done) * group, q1 = minimum(jobs, q0 + group);
          packRows(left, q0, q1 - q0);
          multiplyPacked(q0, q1, j0, columns);
        }
      }
    }
  });
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
