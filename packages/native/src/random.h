// Philox 4x32-10 (Salmon et al. 2011): element i of a draw is lane i mod 4 of the block whose counter is
// (i / 4, step, site, pass), so that every draw is a function of its address alone.

namespace lethe {
namespace LETHE_ISA {
namespace {

// Counters side by side, one in the low half of each 64-bit lane: the 32 x 32 -> 64 bit product of all of
// them is one instruction, and what it leaves in the high halves is never looked at.
constexpr int LANES = W / 2;
constexpr int BLOCKS = 2 * LANES;  // two vectors, to overlap the products
typedef uint32_t vu __attribute__((vector_size(W * 4), may_alias));
typedef uint64_t vq __attribute__((vector_size(W * 4), may_alias));

LETHE_INLINE vq multiplyLow(vq a, uint32_t constant) {
#if defined(__AVX512F__)
  return (vq)_mm512_mul_epu32((__m512i)a, _mm512_set1_epi64(constant));
#elif defined(__AVX2__)
  return (vq)_mm256_mul_epu32((__m256i)a, _mm256_set1_epi64x(constant));
#elif defined(__SSE2__)
  return (vq)_mm_mul_epu32((__m128i)a, _mm_set1_epi64x(constant));
#else
  return (a & 0xffffffffull) * constant;
#endif
}

// out[4 * b + lane] for blocks [first, first + BLOCKS)
static void philoxBlocks(const Stream& s, uint32_t first, uint32_t* out) {
  vq c0[2], c1[2], c2[2], c3[2];
  for (int v = 0; v < 2; v++) {
    for (int l = 0; l < LANES; l++) c0[v][l] = first + v * LANES + l;
    c1[v] = vq{} + s.step;
    c2[v] = vq{} + s.site;
    c3[v] = vq{} + s.pass;
  }
  uint32_t k0 = s.seedLow, k1 = s.seedHigh;
  for (int round = 0; round < 10; round++) {
    for (int v = 0; v < 2; v++) {
      vq p0 = multiplyLow(c0[v], 0xD2511F53u), p1 = multiplyLow(c2[v], 0xCD9E8D57u);
      c0[v] = (p1 >> 32) ^ c1[v] ^ k0;
      c2[v] = (p0 >> 32) ^ c3[v] ^ k1;
      c1[v] = p1;
      c3[v] = p0;
    }
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  alignas(64) uint64_t pairs[2][BLOCKS];
  for (int v = 0; v < 2; v++) {
    *reinterpret_cast<vq*>(pairs[0] + v * LANES) = (c0[v] & 0xffffffffull) | (c1[v] << 32);
    *reinterpret_cast<vq*>(pairs[1] + v * LANES) = (c2[v] & 0xffffffffull) | (c3[v] << 32);
  }
  for (int b = 0; b < BLOCKS; b++) {
    __builtin_memcpy(out + 4 * b, &pairs[0][b], 8);
    __builtin_memcpy(out + 4 * b + 2, &pairs[1][b], 8);
  }
}

// Calls body(at, count, numbers) for stretches of 4 * BLOCKS numbers of the stream.
template <class Body>
void draw(const Draw& d, Pool& pool, Body&& body) {
  constexpr long STRETCH = 4 * BLOCKS;
  long stretches = ((long)d.n + STRETCH - 1) / STRETCH;
  parallelIf(stretches > 128, pool, [&](int worker, int workers) {
    alignas(64) uint32_t numbers[STRETCH];
    Range range = share(stretches, worker, workers);
    for (long s = range.begin; s < range.end; s++) {
      philoxBlocks(d.stream, (uint32_t)(s * BLOCKS), numbers);
      body(s * STRETCH, minimum(STRETCH, (long)d.n - s * STRETCH), numbers);
    }
  });
}

static void bernoulliMask(const Draw& d, Pool& pool) {
  const uint32_t threshold = (uint32_t)(d.rate * 4294967296.0);  // rate < 1, checked by the caller
  const float kept = (float)d.scale, dropped = (float)d.dropped;
  draw(d, pool, [&](long at, long count, const uint32_t* u) {
    vectors(count, [&](long i, int w) {
      vu numbers = *reinterpret_cast<const vu*>(u + i);  // whole vectors exist past the last number
      store(d.out + at + i, numbers >= threshold ? splat(kept) : splat(dropped), w);
    });
  });
}

static void bits(const Draw& d, Pool& pool) {
  draw(d, pool, [&](long at, long count, const uint32_t* u) {
    for (long i = 0; i < count; i++) d.bits[at + i] = u[i];
  });
}

static void uniform(const Draw& d, Pool& pool) {
  draw(d, pool, [&](long at, long count, const uint32_t* u) {
    for (long i = 0; i < count; i++)
      d.out[at + i] = (float)(d.low + (d.high - d.low) * ((u[i] + 0.5) * 2.3283064365386963e-10));
  });
}

// Box-Muller on the pairs of each block, in float64.
static void normal(const Draw& d, Pool& pool) {
  draw(d, pool, [&](long at, long count, const uint32_t* u) {
    for (long i = 0; i < count; i += 2) {
      double a = (u[i] + 0.5) * 2.3283064365386963e-10;
      double phi = 6.283185307179586 * ((u[i + 1] + 0.5) * 2.3283064365386963e-10);
      double radius = __builtin_sqrt(-2.0 * __builtin_log(a));
      d.out[at + i] = (float)(d.mean + d.deviation * radius * __builtin_cos(phi));
      if (i + 1 < count) d.out[at + i + 1] = (float)(d.mean + d.deviation * radius * __builtin_sin(phi));
    }
  });
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
