// Operands rounded to bf16 and products of them with sums in float32: AMX tiles where the processor has them, the dot
// products of AVX512-BF16 otherwise. Weights are packed once a call, as for float32, into panels of two or three
// tiles of columns: for every 32 of k the tiles side by side, each 16 rows of pairs (k, k + 1) of 16 columns, 1 kB.
//
// Limits seen on two cores: AMX 780 GFLOP/s for 20 rows of 4608 x 1152, whose panels outgrow the second-level cache,
// 1,250 for 20 rows of 2560 x 640; gemm_bf16.h has those of large products.

#if defined(__AVX512F__) && defined(__x86_64__)
#define LETHE_BF16 1
#define LETHE_HALF __attribute__((target("avx512bf16")))
#define LETHE_AMX __attribute__((target("avx512bf16,amx-tile,amx-bf16")))
#endif

namespace lethe {
namespace LETHE_ISA {
namespace {

constexpr long KB = 32;     // k of a tile
constexpr int ROWS16 = 32;  // most rows of a product of tiles: two tiles
constexpr long TILE = 512;  // numbers of a tile

LETHE_INLINE long paddedDepth(long K) { return roundUp(maximum(K, 1), KB); }

// A left operand in bf16: two tiles of rows, `tile` bytes apart, their rows `row` bytes apart, and for the next 32 of k
// `block` bytes further.
struct HalfRows {
  const uint16_t* a;
  long row, tile, block;
};

// Sums of tiles: rows `ld` apart, added to those at `from`, `fromLd` apart, or to nothing.
struct TileSums {
  float* to;
  long ld;
  const float* from = nullptr;
  long fromLd = 0;
};

#if defined(LETHE_BF16)

// Numbers of two vectors as words: `low` in the lower halves.
LETHE_HALF static inline __m512i pairWords(__m512 low, __m512 high) {
  const __m512i l = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(low));
  const __m512i h = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(high));
  return _mm512_or_si512(l, _mm512_slli_epi32(h, 16));
}

// 32 numbers in order.
LETHE_HALF static inline __m512i orderedWords(__m512 first, __m512 second) { return (__m512i)_mm512_cvtne2ps_pbh(second, first); }

LETHE_INLINE __mmask16 firstOf(long n) { return n >= 16 ? (__mmask16)0xffff : n <= 0 ? (__mmask16)0 : (__mmask16)((1u << n) - 1); }

LETHE_INLINE __m512 maskedLoad(const float* p, const float* mask, long n) {
  const __mmask16 m = firstOf(n);
  const __m512 v = _mm512_maskz_loadu_ps(m, p);
  return mask ? _mm512_mul_ps(v, _mm512_maskz_loadu_ps(m, mask)) : v;
}

// n numbers of an operand from `at` on.
LETHE_INLINE __m512 operandLoad(const Operand& o, long at, long n) {
  __m512 v = maskedLoad(o.b + at, o.mask ? o.mask + at : nullptr, n);
  if (o.square) v = _mm512_mul_ps(v, v);
  return _mm512_mul_ps(v, _mm512_set1_ps(o.scale));
}

// dst [rows][depth] = src [rows][n] with leading dimension ld, zeros up to depth
LETHE_HALF static void roundRows(uint16_t* dst, const float* src, long rows, long n, long ld, long depth) {
  for (long r = 0; r < rows; r++) {
    const float* from = src + r * ld;
    uint16_t* to = dst + r * depth;
    for (long k = 0; k < depth; k += KB) {
      const __m512 first = maskedLoad(from + k, nullptr, n - k), second = maskedLoad(from + k + 16, nullptr, n - k - 16);
      _mm512_storeu_si512(to + k, orderedWords(first, second));
    }
  }
}

// Packs panels [p0, p1) of `width` columns, rows [k0, k0 + K) of an operand of n columns; panel p begins at to(p). The
// source is read in long stretches, 2 rows or 16 columns of it at a time, and fetched ahead: 704 rows of 4608 columns over 1152 take 16.5
// ms with it, 18.7 without (one core, AMD Zen 5).
template <class To>
LETHE_HALF static void packHalfPanels(const Operand& o, long k0, long K, long n, long width, long p0, long p1, To&& to) {
  constexpr long ROWS_AHEAD = 6, COLUMNS_AHEAD = 64;
  const long depth = paddedDepth(K);
  auto tilesOf = [&](long p) { return (minimum(width, n - p * width) + 15) / 16; };
  if (o.transposed) {
    for (long p = p0; p < p1; p++) {
      const long tiles = tilesOf(p);
      for (long v = 0; v < tiles; v++) {
        const long j = p * width + 16 * v, have = minimum(16, n - j);
        uint16_t* dst = to(p) + v * TILE;
        for (long kb = 0; kb < depth; kb += KB, dst += tiles * TILE) {
          __m512 words[16];
          for (int i = 0; i < 16; i++) {
            const long at = (j + i) * o.ld + k0 + kb, left = i < have ? K - kb : 0;
            for (int line = 0; line < KB; line += 16) __builtin_prefetch(o.b + at + COLUMNS_AHEAD + line);
            words[i] = (__m512)orderedWords(operandLoad(o, at, left), operandLoad(o, at + 16, left - 16));
          }
          transpose16(words);
          for (int i = 0; i < 16; i++) _mm512_store_si512(dst + 32 * i, (__m512i)words[i]);
        }
      }
    }
    return;
  }
  for (long k = 0; k < depth; k += 2) {
    for (long p = p0; p < p1; p++) {
      const long tiles = tilesOf(p);
      uint16_t* dst = to(p) + k / KB * tiles * TILE + k % KB * 16;
      for (long v = 0; v < tiles; v++, dst += TILE) {
        const long j = p * width + 16 * v, have = minimum(16, n - j), at = (k0 + k) * o.ld + j;
        for (int row = ROWS_AHEAD; row < ROWS_AHEAD + 2; row++) __builtin_prefetch(o.b + at + row * o.ld);
        const __m512 even = operandLoad(o, at, k < K ? have : 0);
        const __m512 odd = operandLoad(o, at + o.ld, k + 1 < K ? have : 0);
        _mm512_store_si512(dst, pairWords(even, odd));
      }
    }
  }
}

// A tile of the left operand: rows [i, i + 16), k from k0 + kb on.
LETHE_HALF static void packHalfTile(uint16_t* dst, const Rows& rows, long i, long m, long k0, long kb, long K) {
  const long have = minimum(16, m - i);
  __m512 words[16];
  if (rows.rs == 1) {
    for (int r = 0; r < 16; r++) {
      __m512 pair[2];
      for (int h = 0; h < 2; h++) {
        const long k = kb + 2 * r + h, at = k0 + k;
        const float* from = at < rows.headCount ? rows.head + at * rows.ks : rows.a + (at - rows.headCount) * rows.ks;
        pair[h] = maskedLoad(from + i, nullptr, k < K ? have : 0);
        __builtin_prefetch(from + i + KB * rows.ks);
      }
      words[r] = (__m512)pairWords(pair[0], pair[1]);
    }
    transpose16(words);
  } else {
    for (int r = 0; r < 16; r++) {
      const float* from = rows.a + (i + r) * rows.rs + k0 + kb;
      const long left = r < have ? K - kb : 0;
      words[r] = (__m512)orderedWords(maskedLoad(from, nullptr, left), maskedLoad(from + 16, nullptr, left - 16));
    }
  }
  for (int r = 0; r < 16; r++) _mm512_store_si512(dst + 32 * r, (__m512i)words[r]);
}

// Packs `count` times 32 rows of the left operand from row i0 on, k from k0 on, each as tiles [block of k][two tiles]. What
// lies in columns is read in stretches of all of them.
static void packHalfLeft(uint16_t* dst, const Rows& rows, long i0, long count, long m, long k0, long K) {
  const long depth = paddedDepth(K), size = ROWS16 * depth;
  auto pack = [&](long q, long kb) {
    for (int t = 0; t < 2; t++) packHalfTile(dst + q * size + kb / KB * 2 * TILE + t * TILE, rows, i0 + q * ROWS16 + 16 * t, m, k0, kb, K);
  };
  if (rows.rs == 1) {
    for (long kb = 0; kb < depth; kb += KB)
      for (long q = 0; q < count; q++) pack(q, kb);
  } else {
    for (long q = 0; q < count; q++)
      for (long kb = 0; kb < depth; kb += KB) pack(q, kb);
  }
}

// The compiler does not see what tiles read and write.
#define LETHE_FENCE asm volatile("" ::: "memory")

// One or two tiles of `height` rows by one or two of columns, summed over all blocks of k. AHEAD fetches panels that come
// from the third-level cache; where they come from the second it costs a tenth.
template <int TILES, int COLS, bool AHEAD>
LETHE_AMX static void amxBlock(long blocks, const HalfRows& rows, const uint16_t* panel, long stride, const TileSums& sums, long height) {
  const char *a = reinterpret_cast<const char*>(rows.a), *b = reinterpret_cast<const char*>(panel);
  if (const float* from = sums.from) {
    const long ld = 4 * sums.fromLd, below = height * sums.fromLd;
    _tile_loadd(0, from, ld);
    if (COLS > 1) _tile_loadd(1, from + 16, ld);
    if (TILES > 1) _tile_loadd(2, from + below, ld);
    if (TILES > 1 && COLS > 1) _tile_loadd(3, from + below + 16, ld);
  } else {
    _tile_zero(0);
    if (COLS > 1) _tile_zero(1);
    if (TILES > 1) _tile_zero(2);
    if (TILES > 1 && COLS > 1) _tile_zero(3);
  }
  for (long k = 0; k < blocks; k++) {
    _tile_loadd(4, a, rows.row);
    _tile_loadd(6, b, 64);
    _tile_dpbf16ps(0, 4, 6);
    if (COLS > 1) {
      _tile_loadd(7, b + 2 * TILE, 64);
      _tile_dpbf16ps(1, 4, 7);
    }
    if (TILES > 1) {
      _tile_loadd(5, a + rows.tile, rows.row);
      _tile_dpbf16ps(2, 5, 6);
      if (COLS > 1) _tile_dpbf16ps(3, 5, 7);
    }
    for (int line = 0; AHEAD && line < 16 * COLS; line++) __builtin_prefetch(b + 2 * stride + 64 * line);
    a += rows.block;
    b += stride;
  }
  const long ld = 4 * sums.ld, below = height * sums.ld;
  _tile_stored(0, sums.to, ld);
  if (COLS > 1) _tile_stored(1, sums.to + 16, ld);
  if (TILES > 1) _tile_stored(2, sums.to + below, ld);
  if (TILES > 1 && COLS > 1) _tile_stored(3, sums.to + below + 16, ld);
}

template <bool AHEAD>
LETHE_AMX static void amxTile(int tiles, long cols, long blocks, const HalfRows& rows, const uint16_t* panel, const TileSums& sums,
                              long height) {
  const long stride = cols * 2 * TILE, last = (cols - 1) * 16;
  const TileSums lastSums{sums.to + last, sums.ld, sums.from ? sums.from + last : nullptr, sums.fromLd};
  const uint16_t* lastPanel = panel + (cols - 1) * TILE;
  LETHE_FENCE;
  if (tiles > 1) {
    if (cols > 1) amxBlock<2, 2, AHEAD>(blocks, rows, panel, stride, sums, height);
    if (cols != 2) amxBlock<2, 1, AHEAD>(blocks, rows, lastPanel, stride, lastSums, height);
  } else {
    if (cols > 1) amxBlock<1, 2, AHEAD>(blocks, rows, panel, stride, sums, height);
    if (cols != 2) amxBlock<1, 1, AHEAD>(blocks, rows, lastPanel, stride, lastSums, height);
  }
  LETHE_FENCE;
}

// The same with dot products of pairs: R rows by COLS vectors of columns.
template <int R, int COLS>
LETHE_HALF static void dotBlock(long K, const char* a, long row, long block, const uint16_t* panel, const TileSums& sums) {
  __m512 sum[R][COLS];
#pragma GCC unroll 16
  for (int r = 0; r < R; r++)
#pragma GCC unroll 4
    for (int v = 0; v < COLS; v++) sum[r][v] = _mm512_setzero_ps();
  for (long left = (K + 1) / 2; left > 0; left -= 16, a += block, panel += COLS * TILE) {
    for (int pair = 0, pairs = (int)minimum(left, 16); pair < pairs; pair++) {
      __m512bh b[COLS];
#pragma GCC unroll 4
      for (int v = 0; v < COLS; v++) b[v] = (__m512bh)_mm512_load_si512(panel + v * TILE + 32 * pair);
#pragma GCC unroll 16
      for (int r = 0; r < R; r++) {
        int word;
        __builtin_memcpy(&word, a + r * row + 4 * pair, 4);
        const __m512bh x = (__m512bh)_mm512_set1_epi32(word);
#pragma GCC unroll 4
        for (int v = 0; v < COLS; v++) sum[r][v] = _mm512_dpbf16_ps(sum[r][v], x, b[v]);
      }
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < R; r++)
#pragma GCC unroll 4
    for (int v = 0; v < COLS; v++) {
      const __m512 old = sums.from ? _mm512_loadu_ps(sums.from + r * sums.fromLd + 16 * v) : _mm512_setzero_ps();
      _mm512_storeu_ps(sums.to + r * sums.ld + 16 * v, _mm512_add_ps(sum[r][v], old));
    }
}

// A product of some rows by `cols` vectors of columns, at most three. Sums that wait for no other need twelve of them: of a single vector
// of columns 16 rows go together, else 8.
using DotRows = void (*)(long cols, long K, const char* a, long row, long block, const uint16_t* panel, const TileSums& sums);
template <int R>
LETHE_HALF static void dotRows(long cols, long K, const char* a, long row, long block, const uint16_t* panel, const TileSums& sums) {
  constexpr int FEW = R < 8 ? R : 8;
  if (R > FEW || cols == 1) dotBlock<R, 1>(K, a, row, block, panel, sums);
  else if (cols == 2) dotBlock<FEW, 2>(K, a, row, block, panel, sums);
  else dotBlock<FEW, 3>(K, a, row, block, panel, sums);
}
static constexpr DotRows dotRowsOf[] = {dotRows<1>,  dotRows<2>,  dotRows<3>,  dotRows<4>,  dotRows<5>,  dotRows<6>,
                                        dotRows<7>,  dotRows<8>,  dotRows<9>,  dotRows<10>, dotRows<11>, dotRows<12>,
                                        dotRows<13>, dotRows<14>, dotRows<15>, dotRows<16>};

// Tiles of `height` rows, which are divided evenly: a row by itself would wait for its own sums.
LETHE_HALF static void dotTile(int tiles, long cols, long K, const HalfRows& rows, const uint16_t* panel, const TileSums& sums,
                               int height) {
  const int most = cols == 1 ? 16 : 8, parts = (height + most - 1) / most;
  for (int t = 0; t < tiles; t++) {
    for (int part = 0; part < parts; part++) {
      const int first = height * part / parts, count = height * (part + 1) / parts - first;
      const char* a = reinterpret_cast<const char*>(rows.a) + t * rows.tile + first * rows.row;
      const long at = t * height + first;
      const TileSums own{sums.to + at * sums.ld, sums.ld, sums.from ? sums.from + at * sums.fromLd : nullptr, sums.fromLd};
      dotRowsOf[count - 1](cols, K, a, rows.row, rows.block, panel, own);
    }
  }
}

LETHE_AMX static void configureTiles(int rows) {
  alignas(64) struct {
    uint8_t palette = 1, start = 0, reserved[14] = {};
    uint16_t bytes[16] = {};
    uint8_t rows[16] = {};
  } config;
  for (int i = 0; i < 8; i++) {
    config.bytes[i] = 64;
    config.rows[i] = (uint8_t)(i < 6 ? rows : 16);
  }
  LETHE_FENCE;
  _tile_loadconfig(&config);
}
LETHE_AMX static void releaseTiles() { _tile_release(); }

// Tiles of `rows` rows for the calling worker, as long as this lives; `ahead` where panels outgrow the second-level cache.
class HalfTiles {
 public:
  HalfTiles(Pool& pool, int rows, bool ahead) : amx_(pool.precision() == Precision::amx), ahead_(ahead), rows_(rows) {
    if (amx_) configureTiles(rows);
  }
  ~HalfTiles() {
    if (amx_) releaseTiles();
  }
  HalfTiles(const HalfTiles&) = delete;

  // out [tiles * rows][PW] = rows * panel of `width` columns, over K of k; rows past the operand's must be readable
  void multiply(int tiles, long width, long K, const HalfRows& rows, const uint16_t* panel, float* out) const {
    multiplyTo(tiles, width, K, rows, panel, {out, PW});
  }
  // The same where the sums belong, added to what is at their `from`.
  void multiplyTo(int tiles, long width, long K, const HalfRows& rows, const uint16_t* panel, const TileSums& sums) const {
    const long cols = width / 16, blocks = paddedDepth(K) / KB;
    if (!amx_) dotTile(tiles, cols, K, rows, panel, sums, rows_);
    else if (ahead_) amxTile<true>(tiles, cols, blocks, rows, panel, sums, rows_);
    else amxTile<false>(tiles, cols, blocks, rows, panel, sums, rows_);
  }

 private:
  bool amx_, ahead_;
  int rows_;
};

#else

// Never called: bf16 is refused where the instruction set has none.
static void roundRows(uint16_t*, const float*, long, long, long, long) {}
template <class To>
static void packHalfPanels(const Operand&, long, long, long, long, long, long, To&&) {}
static void packHalfLeft(uint16_t*, const Rows&, long, long, long, long, long) {}
class HalfTiles {
 public:
  HalfTiles(Pool&, int, bool) {}
  void multiply(int, long, long, const HalfRows&, const uint16_t*, float*) const {}
  void multiplyTo(int, long, long, const HalfRows&, const uint16_t*, const TileSums&) const {}
};

#endif

#if defined(__wasm__)
LETHE_INLINE bool isHalf(Pool&) { return false; }  // so that nothing of bf16 is linked
#else
LETHE_INLINE bool isHalf(Pool& pool) { return pool.precision() != Precision::f32; }
#endif

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
