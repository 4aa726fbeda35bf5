// The most probable classes of a linear readout, z = x W^T + b, and log sum_k exp(z_k) of every row: what a step of beam search wants of
// it. Logits are never written to memory.
//
// W is the left operand and is read where it lies, once for all rows of x, which are packed as the right operand (164 kB for 320 rows of
// 128). A vector then holds one class of W rows of x, so that largest number, sum and the comparison with the last of the best go
// lane by lane, on a block of classes by a panel of rows that is still in the first-level cache (12 kB).
//
// Workers share segments of classes. Sums are those of whole segments, added in their order, and which classes are the best depends on
// no order: of equal logits the smaller class goes first.
//
// Limit: 2 M I K FLOP. Of a row of 8,000 classes and 128 inputs the product takes 32,000 cycles, the exponentials 4,500, the comparisons
// and what they find 3,500: a class is put in its place in all rows of a vector at once, without a branch (row by row, 15,000). Operands
// stay float32 in either precision: for so few rows what bf16 saves, rounding x and W costs.

namespace lethe {
namespace LETHE_ISA {
namespace {

constexpr long TOP_BLOCK = 64;     // classes that lie side by side, a multiple of MR
constexpr long TOP_SEGMENT = 256;  // that are summed by one worker, a multiple of TOP_BLOCK

// The lanes in which a is above b, a bit each.
LETHE_INLINE uint32_t lanesAbove(vf a, vf b) {
#if defined(__AVX512F__)
  return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_GT_OQ);
#elif defined(__AVX2__)
  return (uint32_t)_mm256_movemask_ps(_mm256_cmp_ps((__m256)a, (__m256)b, _CMP_GT_OQ));
#else
  const vi above = (vi)(a > b);
  uint32_t lanes = 0;
  for (int l = 0; l < W; l++) lanes |= (uint32_t)(above[l] & 1) << l;
  return lanes;
#endif
}

// What one worker has found so far: of every row the logits of its n best and their classes, best first, as [n, columns].
struct Best {
  float* logits;
  int32_t* classes;
  long n, columns;

  float* last() const { return logits + (n - 1) * columns; }

  // Puts class k into the lists of the rows of a vector from m on, in which it is above the last: behind those that are as good.
  LETHE_INLINED void put(long m, vf z, int32_t k) const {
    float* l = logits + m;
    int32_t* c = classes + m;
    const vi number = k - vi{};
    vf own = load(l + (n - 1) * columns);
    vi ownClass = loadClasses(c + (n - 1) * columns);
    for (long i = n - 1; i > 0; i--) {
      const vf next = load(l + (i - 1) * columns);
      const vi nextClass = loadClasses(c + (i - 1) * columns);
      const vi above = (vi)(z > own), further = (vi)(z > next);
      store(l + i * columns, above ? (further ? next : z) : own);
      storeClasses(c + i * columns, above ? (further ? nextClass : number) : ownClass);
      own = next;
      ownClass = nextClass;
      if (i % 16 == 0 && !lanesAbove(z, own)) return;
    }
    const vi above = (vi)(z > own);
    store(l, above ? z : own);
    storeClasses(c, above ? number : ownClass);
  }

 private:
  typedef int32_t viu __attribute__((vector_size(W * 4), may_alias, aligned(4)));
  LETHE_INLINED static vi loadClasses(const int32_t* c) { return *reinterpret_cast<const viu*>(c); }
  LETHE_INLINED static void storeClasses(int32_t* c, vi k) { *reinterpret_cast<viu*>(c) = k; }
};

// What exponents are taken less: the largest logit, or 0 where there is none above -infinity.
LETHE_INLINE vf shiftOf(vf largest) { return largest == -__builtin_inff() ? splat(0.0f) : largest; }

// Classes [k0, k0 + count) of the rows of a panel, which are the rows from m0 on: into the sums of their segment, and the best.
static void topBlock(const ReadoutTop& p, const float* panel, long m0, long k0, long count, float* largest, float* sums, const Best& best) {
  alignas(64) float z[TOP_BLOCK * PW];
  const long I = p.I, width = roundUp(minimum(PW, p.M - m0), W);
  for (long i = 0; i < count; i += MR) {
    const float* w = p.w + (k0 + i) * I;
    // The first panel fetches for all of them what is read next.
    const bool more = m0 == 0 && k0 + i + 2 * MR <= p.K;
    tile((int)minimum(MR, count - i), width, {I, w, I, 1, panel, more ? w + MR * I : nullptr}, false, z + i * PW);
  }
  for (long v = 0; v < width; v += W) {
    const long m = m0 + v;
    const vf before = load(largest + m);
    // Nothing is above the last where none is wanted.
    vf most = before, limit = best.n > 0 ? load(best.last() + m) : splat(__builtin_inff());
    for (long i = 0; i < count; i++) {
      float* logits = z + i * PW + v;
      vf a = load(logits);
      if (p.bias) store(logits, a += p.bias[k0 + i]);
      most = vmax(a, most);  // not a number is left to the sum
      if (!lanesAbove(a, limit)) continue;
      best.put(m, a, (int32_t)(k0 + i));
      limit = load(best.last() + m);
    }
    const vf shift = shiftOf(most);
    vf sum = splat(0.0f);
    for (long i = 0; i < count; i++) sum += vexp(load(z + i * PW + v) - shift);
    store(sums + m, madd(load(sums + m), vexp(before - shift), sum));
    store(largest + m, most);
  }
}

// The best of row m from those of all workers, who have classes in ascending order.
template <class BestOf>
static void mergeBest(const ReadoutTop& p, long m, int workers, BestOf&& bestOf) {
  float* logits = p.logits + m * p.N;
  int32_t* classes = p.classes + m * p.N;
  long count = 0;
  for (int worker = 0; worker < workers; worker++) {
    const Best theirs = bestOf(worker);
    for (long i = 0; i < p.N; i++) {
      const float z = theirs.logits[i * theirs.columns + m];
      const int32_t k = theirs.classes[i * theirs.columns + m];
      if (k < 0 || (count == p.N && !(z > logits[count - 1]))) break;
      if (count < p.N) count++;
      long at = count - 1;
      for (; at > 0 && logits[at - 1] < z; at--) {
        logits[at] = logits[at - 1];
        classes[at] = classes[at - 1];
      }
      logits[at] = z;
      classes[at] = k;
    }
  }
  for (long i = count; i < p.N; i++) {
    logits[i] = -__builtin_inff();
    classes[i] = -1;
  }
}

static void readoutTop(const ReadoutTop& p, Pool& pool) {
  const long M = p.M, I = p.I, K = p.K, n = p.N;
  const long columns = roundUp(M, W), segments = (K + TOP_SEGMENT - 1) / TOP_SEGMENT;
  float* packed = pool.workspace(kPackedBlock, packedSize(I, M) + 1);
  // of every segment: largest logits, sums of exp(z - largest)
  float* statistics = pool.workspace(kPartial, 2 * segments * columns + 1);
  const long own = 2 * columns * n;
  float* found = pool.workspace(kGathered, pool.threads() * own + 1);
  auto bestOf = [&](int worker) {
    float* at = found + worker * own;
    return Best{at, reinterpret_cast<int32_t*>(at + columns * n), n, columns};
  };
  parallelIf((double)M * I * K > 60000, pool, [&](int worker, int workers) {
    packShare(packed, {p.x, I, true}, 0, I, M, worker, workers);
    const float none = -__builtin_inff();
    const Best best = bestOf(worker);
    // Nothing is above what a lane without a row has.
    for (long i = 0; i < n; i++)
      for (long m = 0; m < columns; m++) {
        best.logits[i * columns + m] = m < M ? none : -none;
        best.classes[i * columns + m] = -1;
      }
    pool.barrier(0, workers);
    const Range mine = share(segments, worker, workers);
    for (long s = mine.begin; s < mine.end; s++) {
      float *largest = statistics + 2 * s * columns, *sums = largest + columns;
      for (long m = 0; m < columns; m++) {
        largest[m] = none;
        sums[m] = 0.0f;
      }
      const long end = minimum(K, (s + 1) * TOP_SEGMENT);
      for (long k0 = s * TOP_SEGMENT; k0 < end; k0 += TOP_BLOCK)
        for (long q = 0; q < panels(M); q++)
          topBlock(p, packed + q * PW * I, q * PW, k0, minimum(TOP_BLOCK, end - k0), largest, sums, best);
    }
    pool.barrier(0, workers);
    const Range rows = share(M, worker, workers, W);
    for (long m0 = rows.begin; m0 < rows.end; m0 += W) {
      vf most = splat(none), sum = splat(0.0f);
      for (long s = 0; s < segments; s++) most = vmax(load(statistics + 2 * s * columns + m0), most);
      const vf shift = shiftOf(most);
      for (long s = 0; s < segments; s++) {
        const float* largest = statistics + 2 * s * columns + m0;
        sum = madd(load(largest + columns), vexp(load(largest) - shift), sum);
      }
      for (long m = m0; m < minimum(rows.end, m0 + W); m++) {
        const float largest = most[m - m0], total = sum[m - m0];
        p.totals[m] = largest == none && total == total ? none : (float)((double)shift[m - m0] + __builtin_log((double)total));
        mergeBest(p, m, workers, bestOf);
      }
    }
  });
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
