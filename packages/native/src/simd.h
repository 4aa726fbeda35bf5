// Vectors of floats for one instruction set, in the compilers' own vector types (GCC and Clang), and the
// elementary functions that cells and losses need. Full vectors and tails use the same polynomials.
// Relative errors, measured against float64 over the ranges in use: exp 1.2e-7, tanh 2e-7, log1p 2e-7.
#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace lethe {
namespace LETHE_ISA {
namespace {

#if defined(__AVX512F__)
constexpr int W = 16;  // floats in a vector
constexpr int MR = 8;  // rows of a tile of a matrix product: MR * 3 accumulators of 32 registers
#elif defined(__AVX2__)
constexpr int W = 8;
constexpr int MR = 4;  // 12 accumulators of 16 registers
#elif defined(__aarch64__)
constexpr int W = 4;
constexpr int MR = 8;
#else
constexpr int W = 4;
constexpr int MR = 4;
#endif

typedef float vf __attribute__((vector_size(W * 4), may_alias));
typedef float vfu __attribute__((vector_size(W * 4), may_alias, aligned(4)));
typedef int32_t vi __attribute__((vector_size(W * 4), may_alias));
typedef uint16_t vw __attribute__((vector_size(W * 2), may_alias, aligned(2)));

#define LETHE_INLINED inline __attribute__((always_inline))  // of members
#define LETHE_INLINE static LETHE_INLINED
// What is long and called often: inlined where speed is all, once where a module travels to a browser.
#if defined(__wasm__)
#define LETHE_LARGE static __attribute__((noinline))
#else
#define LETHE_LARGE LETHE_INLINE
#endif

LETHE_INLINE vf splat(float x) { return x - vf{}; }
LETHE_INLINE vf load(const float* p) { return *reinterpret_cast<const vfu*>(p); }
LETHE_INLINE void store(float* p, vf v) { *reinterpret_cast<vfu*>(p) = v; }

#if !defined(__AVX512F__)
// At the end of an array, lane by lane.
LETHE_LARGE vf loadLanes(const float* p, int n) {
  vf v{};
  for (int i = 0; i < n; i++) v[i] = p[i];
  return v;
}
LETHE_LARGE void storeLanes(float* p, vf v, int n) {
  for (int i = 0; i < n; i++) p[i] = v[i];
}
#endif

// The first n (1..W) floats; the rest is 0.
LETHE_INLINE vf load(const float* p, int n) {
  if (n >= W) return load(p);
#if defined(__AVX512F__)
  return (vf)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
#else
  return loadLanes(p, n);
#endif
}
LETHE_INLINE void store(float* p, vf v, int n) {
  if (n >= W) return store(p, v);
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)v);
#else
  storeLanes(p, v, n);
#endif
}

// a b + c, rounded once where the instruction set can. For WebAssembly no compiler fuses by itself, and with AVX2 they leave some chains of
// sums unfused, the same sum in one loop and not in another, so that bits would depend on how many rows go together.
LETHE_INLINE vf madd(vf a, vf b, vf c) {
#if defined(__wasm_relaxed_simd__)
  return (vf)__builtin_wasm_relaxed_madd_f32x4(a, b, c);
#elif defined(__FMA__) && !defined(__AVX512F__)
  return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
  return a * b + c;
#endif
}
LETHE_INLINE vf madd(float a, vf b, vf c) { return madd(splat(a), b, c); }
LETHE_INLINE vf madd(vf a, vf b, float c) { return madd(a, b, splat(c)); }

LETHE_INLINE vf vmin(vf a, vf b) { return a < b ? a : b; }
LETHE_INLINE vf vmax(vf a, vf b) { return a > b ? a : b; }
LETHE_INLINE vi bits(vf a) { return (vi)a; }
LETHE_INLINE vf vabs(vf a) { return (vf)(bits(a) & 0x7fffffff); }
LETHE_INLINE vf withSign(vf magnitude, vf sign) { return (vf)(bits(magnitude) | (bits(sign) & (int32_t)0x80000000)); }

LETHE_INLINE vf vsqrt(vf a) {
#if defined(__AVX512F__)
  return (vf)_mm512_sqrt_ps((__m512)a);
#elif defined(__AVX2__)
  return (vf)_mm256_sqrt_ps((__m256)a);
#elif defined(__SSE2__)
  return (vf)_mm_sqrt_ps((__m128)a);
#elif defined(__aarch64__)
  return (vf)vsqrtq_f32((float32x4_t)a);
#elif defined(__wasm__)
  return (vf)__builtin_wasm_sqrt_f32x4(a);
#else
  for (int i = 0; i < W; i++) a[i] = __builtin_sqrtf(a[i]);
  return a;
#endif
}

#if defined(__AVX512F__)
// Rows become columns: 64 shuffles for 256 numbers.
LETHE_INLINE void transpose16(__m512 (&r)[16]) {
  __m512 t[16];
#pragma GCC unroll 8
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
  }
  auto pair = [](__m512 a, __m512 b, bool high) {
    const __m512d x = _mm512_castps_pd(a), y = _mm512_castps_pd(b);
    return _mm512_castpd_ps(high ? _mm512_unpackhi_pd(x, y) : _mm512_unpacklo_pd(x, y));
  };
  // quarter l of u[4 g + c] is then column 4 l + c of rows 4 g to 4 g + 3
  __m512 u[16];
#pragma GCC unroll 4
  for (int g = 0; g < 16; g += 4) {
    u[g] = pair(t[g], t[g + 2], false);
    u[g + 1] = pair(t[g], t[g + 2], true);
    u[g + 2] = pair(t[g + 1], t[g + 3], false);
    u[g + 3] = pair(t[g + 1], t[g + 3], true);
  }
#pragma GCC unroll 4
  for (int c = 0; c < 4; c++) {
    const __m512 even = _mm512_shuffle_f32x4(u[c], u[4 + c], 0x88), odd = _mm512_shuffle_f32x4(u[c], u[4 + c], 0xdd);
    const __m512 even2 = _mm512_shuffle_f32x4(u[8 + c], u[12 + c], 0x88), odd2 = _mm512_shuffle_f32x4(u[8 + c], u[12 + c], 0xdd);
    r[c] = _mm512_shuffle_f32x4(even, even2, 0x88);
    r[4 + c] = _mm512_shuffle_f32x4(odd, odd2, 0x88);
    r[8 + c] = _mm512_shuffle_f32x4(even, even2, 0xdd);
    r[12 + c] = _mm512_shuffle_f32x4(odd, odd2, 0xdd);
  }
}
#endif

// 1/a and 1/sqrt(a) for normal positive a. With AVX-512: the 14-bit estimate and one Newton step, within
// 2 units in the last place, a third of the cost of the division (the moments step is 12 % faster).
LETHE_INLINE vf reciprocal(vf a) {
#if defined(__AVX512F__)
  vf y = (vf)_mm512_rcp14_ps((__m512)a);
  return y + y * (1.0f - a * y);
#else
  return 1.0f / a;
#endif
}
LETHE_INLINE vf reciprocalSqrt(vf a) {
#if defined(__AVX512F__)
  vf y = (vf)_mm512_rsqrt14_ps((__m512)a);
  return y + (0.5f * y) * (1.0f - a * y * y);
#else
  return 1.0f / vsqrt(a);
#endif
}

// e^x; the argument is held within [-87, 88]. Cody-Waite reduction by ln 2, polynomial of degree 6.
LETHE_LARGE vf vexp(vf x) {
  x = x < -87.0f ? splat(-87.0f) : x;
  x = x > 88.0f ? splat(88.0f) : x;
  const float magic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer in the low bits
  vf shifted = madd(1.44269504088896341f, x, splat(magic));
  vf k = shifted - magic;
  vf r = madd(-0.693359375f, k, x);
  r = madd(2.12194440e-4f, k, r);
  vf p = splat(1.3888889e-3f);
  p = madd(p, r, 8.3333333e-3f);
  p = madd(p, r, 4.1666667e-2f);
  p = madd(p, r, 1.6666667e-1f);
  p = madd(p, r, 0.5f);
  p = madd(p, r, 1.0f);
  p = madd(p, r, 1.0f);
  vi scale = (bits(shifted) - bits(splat(magic))) << 23;
  return (vf)(bits(p) + scale);
}

LETHE_LARGE vf vsigmoid(vf x) { return reciprocal(1.0f + vexp(-x)); }

// tanh: odd Taylor-like polynomial in x^2 below 0.3 (error below 1e-8 relative to x), else 1 - 2/(e^{2|x|}+1).
LETHE_LARGE vf vtanh(vf x) {
  vf a = vabs(x);
  vf s = a * a;
  // series of tanh: x - x^3/3 + 2x^5/15 - 17x^7/315 + 62x^9/2835 - 1382x^11/155925
  vf p = splat(-8.8632355e-3f);
  p = madd(p, s, 2.1869489e-2f);
  p = madd(p, s, -5.3968254e-2f);
  p = madd(p, s, 1.3333333e-1f);
  p = madd(p, s, -3.3333333e-1f);
  vf small = madd(a * s, p, a);
  vf large = madd(-2.0f, reciprocal(vexp(vmin(a, splat(20.0f)) * 2.0f) + 1.0f), splat(1.0f));
  vf y = a < 0.3f ? small : large;
  y = a == a ? y : a;  // not a number stays so
  return withSign(y, x);
}

// log(1 + u) for u in [0, 1]: 2 atanh(u / (2 + u)).
LETHE_INLINE vf vlog1p(vf u) {
  vf s = u / (2.0f + u);
  vf q = s * s;
  vf p = splat(1.0f / 15);
  p = madd(p, q, 1.0f / 13);
  p = madd(p, q, 1.0f / 11);
  p = madd(p, q, 1.0f / 9);
  p = madd(p, q, 1.0f / 7);
  p = madd(p, q, 1.0f / 5);
  p = madd(p, q, 1.0f / 3);
  return 2.0f * madd(s * q, p, s);
}

// log(1 + e^z) without overflow.
LETHE_LARGE vf vsoftplus(vf z) {
  vf tail = vlog1p(vexp(-vabs(z)));
  return (z > 0.0f ? z : (z == z ? splat(0.0f) : z)) + tail;
}

// Phi(x), the normal distribution function, by the Chebyshev fit of erfc of Press et al. (Numerical
// Recipes, section 6.2), fractional error 1.2e-7.
LETHE_LARGE vf normalCdf(vf x) {
  vf z = vabs(x) * 0.70710678118654752f;
  vf t = reciprocal(1.0f + 0.5f * z);
  vf p = splat(0.17087277f);
  p = madd(p, t, -0.82215223f);
  p = madd(p, t, 1.48851587f);
  p = madd(p, t, -1.13520398f);
  p = madd(p, t, 0.27886807f);
  p = madd(p, t, -0.18628806f);
  p = madd(p, t, 0.09678418f);
  p = madd(p, t, 0.37409196f);
  p = madd(p, t, 1.00002368f);
  p = madd(p, t, -1.26551223f);
  vf half = 0.5f * t * vexp(madd(-z, z, p));
  return x < 0.0f ? half : 1.0f - half;
}
LETHE_INLINE vf normalPdf(vf x) { return 0.39894228040143268f * vexp(-0.5f * x * x); }

LETHE_INLINE long minimum(long a, long b) { return a < b ? a : b; }
LETHE_INLINE long maximum(long a, long b) { return a > b ? a : b; }
LETHE_INLINE long roundUp(long a, long unit) { return (a + unit - 1) / unit * unit; }

// Calls body(j, n) for vectors of n <= W elements covering [0, length).
template <class Body>
LETHE_INLINE void vectors(long length, Body&& body) {
  long j = 0;
  for (; j + W <= length; j += W) body(j, W);
  if (j < length) body(j, (int)(length - j));
}

// Runs body(worker, workers) on the pool.
template <class Body>
void parallel(Pool& pool, Body& body) {
  pool.run([](void* context, int worker, int workers) { (*static_cast<Body*>(context))(worker, workers); }, &body);
}

// The same on the calling thread alone when the work is too small to wake anybody.
template <class Body>
void parallelIf(bool worthwhile, Pool& pool, Body body) {
  if (worthwhile) {
    parallel(pool, body);
  } else {
    body(0, 1);
  }
}

// Range of part `worker` when `count` items, in units of `unit`, are dealt to `workers`.
struct Range {
  long begin, end;
};
LETHE_INLINE Range share(long count, int worker, int workers, long unit = 1) {
  long units = (count + unit - 1) / unit;
  return {minimum(count, units * worker / workers * unit), minimum(count, units * (worker + 1) / workers * unit)};
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
