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

static void bernoulliMask(const BernoulliMask& d, Pool& pool) {
  const uint32_t threshold = (uint32_t)(d.rate * 4294967296.0);  // rate < 1, checked by the reader
  const float kept = d.scale, dropped = d.dropped;
  draw(d, pool, [&](long at, long count, const uint32_t* u) {
    vectors(count, [&](long i, int w) {
      vu numbers = *reinterpret_cast<const vu*>(u + i);  // whole vectors exist past the last number
      store(d.out + at + i, numbers >= threshold ? splat(kept) : splat(dropped), w);
    });
  });
}

static void bits(const BitsDraw& d, Pool& pool) {
  draw(d, pool, [&](long at, long count, const uint32_t* u) {
    for (long i = 0; i < count; i++) d.out[at + i] = u[i];
  });
}

static void uniform(const UniformDraw& d, Pool& pool) {
  draw(d, pool, [&](long at, long count, const uint32_t* u) {
    for (long i = 0; i < count; i++) d.out[at + i] = (float)(d.low + (d.high - d.low) * ((u[i] + 0.5) * 2.3283064365386963e-10));
  });
}

// -ln((u + 1/2) 2^-32). Above one half from 1 - that, which the integers give exactly: the logarithm near 1 loses no digits.
LETHE_INLINE vf minusLog(vu u) {
  const float unit = 2.3283064365386963e-10f;
  const vf low = (__builtin_convertvector(u, vf) + 0.5f) * unit, rest = (__builtin_convertvector(~u, vf) + 0.5f) * unit;
  // low = m 2^e with m in [sqrt(1/2), sqrt 2)
  const vi e = (bits(low) - 0x3f3504f3) >> 23;
  const vf m = (vf)(bits(low) - (e << 23));
  const vi near = (vi)u < 0;
  // ln m = 2 atanh((m - 1) / (m + 1)); -ln(1 - x) = 2 atanh(x / (2 - x))
  const vf s = near ? rest / (2.0f - rest) : (m - 1.0f) / (m + 1.0f);
  const vf q = s * s;
  vf p = splat(1.0f / 15);
  p = p * q + 1.0f / 13;
  p = p * q + 1.0f / 11;
  p = p * q + 1.0f / 9;
  p = p * q + 1.0f / 7;
  p = p * q + 1.0f / 5;
  p = p * q + 1.0f / 3;
  const vf atanh2 = 2.0f * (s + s * q * p);
  const vf exponent = __builtin_convertvector(e, vf);
  // ln 2 in two parts, so that the sum keeps its digits
  return near ? atanh2 : -(exponent * 0.693359375f + (exponent * -2.12194440e-4f + atanh2));
}

// cos and sin of 2 pi (u + 1/2) 2^-32, from the nearest quarter of the circle
LETHE_INLINE void circle(vu u, vf& cosine, vf& sine) {
  const vu quarter = (u + 0x20000000u) >> 30;
  const vf t = (__builtin_convertvector((vi)(u - (quarter << 30)), vf) + 0.5f) * 1.4629180792671596e-9f;
  const vf s = t * t;
  vf odd = splat(2.7557314e-6f);
  odd = odd * s - 1.9841270e-4f;
  odd = odd * s + 8.3333333e-3f;
  odd = odd * s - 1.6666667e-1f;
  odd = t + t * s * odd;
  vf even = splat(-2.7557319e-7f);
  even = even * s + 2.4801587e-5f;
  even = even * s - 1.3888889e-3f;
  even = even * s + 4.1666667e-2f;
  even = even * s - 0.5f;
  even = 1.0f + s * even;
  const vi swap = (vi)((quarter & 1u) != 0), flipCosine = (vi)(((quarter + 1u) & 2u) != 0), flipSine = (vi)((quarter & 2u) != 0);
  cosine = swap ? odd : even;
  sine = swap ? even : odd;
  cosine = flipCosine ? -cosine : cosine;
  sine = flipSine ? -sine : sine;
}

// Box-Muller on the pairs of each block: 0.9 ns a number on one core, 10 with float64 functions one by one.
static void normal(const NormalDraw& d, Pool& pool) {
  const float mean = d.mean, deviation = d.deviation;
  draw(d, pool, [&](long at, long count, const uint32_t* u) {
    alignas(64) uint32_t first[W], second[W];
    alignas(64) float pairs[2 * W];
    for (long i = 0; i < count; i += 2 * W) {
      for (int l = 0; l < W; l++) {
        first[l] = u[i + 2 * l];
        second[l] = u[i + 2 * l + 1];
      }
      vf cosine, sine;
      circle(*reinterpret_cast<const vu*>(second), cosine, sine);
      const vf radius = deviation * vsqrt(2.0f * minusLog(*reinterpret_cast<const vu*>(first)));
      const vf a = mean + radius * cosine, b = mean + radius * sine;
      for (int l = 0; l < W; l++) {
        pairs[2 * l] = a[l];
        pairs[2 * l + 1] = b[l];
      }
      vectors(minimum(2 * W, count - i), [&](long j, int w) { store(d.out + at + i + j, *reinterpret_cast<const vf*>(pairs + j), w); });
    }
  });
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
