// Gradients of a NADE (nade.h). Hidden units do not meet on the way back: workers share vectors of them, and go through the frames of
// a block with one vector of every h and of both weights, which all stay in the first-level cache. The order falls into segments, at the
// end of which a note sounds and h changes; activations are made anew, once for a segment. What a tile of eight dimensions has to do
// with a segment is an item, the same code for all of them, so that nothing is guessed wrong where notes sound.
//
// Limit: 4 D K FLOP a frame, and K logistic functions for every segment.

namespace lethe {
namespace LETHE_ISA {
namespace {

constexpr long NADE_FRAMES = 16;  // of a block of the backward pass
constexpr long NADE_TILE = 8;     // dimensions whose gradients stay in registers

// What the backward pass makes of frames before it goes through the hidden units, along the order: gradients of the logits, and
// the places at which h changes, the last place of all left out.
struct NadeChanges {
  long stride;      // of the gradients, a row of whole tiles
  float* dLogits;   // [count][stride]
  int32_t* count;   // [count]
  int32_t* places;  // [count][D], ascending
  float* values;    // [count][D], v there
};

LETHE_INLINE void nadePut(const Nade& p, float* to, vf gradient, int w) { store(to, p.fresh ? gradient : load(to, w) + gradient, w); }

// with it the gradients of the biases of the dimensions, and of frames that do not count
static NadeChanges nadeChanges(const Nade& p, const NadeFrames& all, Pool& pool) {
  const long D = p.D, stride = roundUp(maximum(D, 1), NADE_TILE);
  NadeChanges c;
  c.stride = stride;
  c.dLogits = pool.workspace(kLogits, all.count * stride + D * pool.threads());
  c.places = reinterpret_cast<int32_t*>(pool.workspace(kGathered, all.count * (2 * D + 1)));
  c.values = reinterpret_cast<float*>(c.places + all.count * D);
  c.count = reinterpret_cast<int32_t*>(c.values + all.count * D);
  for (long m = 0; p.fresh && m < (long)p.T * p.B; m++) {
    if (p.dRowLoss[m] != 0.0f) continue;
    vectors((long)p.K + D, [&](long i, int w) {
      if (p.dBiases) store(p.dBiases + p.hiddenAt(m) + i, splat(0.0f), w);
      if (p.dVariances) store(p.dVariances + p.hiddenAt(m) + i, splat(0.0f), w);
    });
  }
  parallelIf(all.count * D > 8192, pool, [&](int worker, int workers) {
    float* g = c.dLogits + all.count * stride + worker * D;
    const Range mine = share(all.count, worker, workers);
    for (long n = mine.begin; n < mine.end; n++) {
      const long m = all.rows[n];
      vectors(D, [&](long i, int w) {
        const long at = m * D + i;
        const long to = p.visibleAt(m) + i;
        const vf z = load(p.logits + at, w), c = p.variances ? nadeShrink(p.variances + to, w) : splat(1.0f);
        const vf d = p.dRowLoss[m] * (vsigmoid(z * c) - load(p.visible + at, w)) * c;
        store(g + i, d, w);
        if (p.dBiases) nadePut(p, p.dBiases + to, d, w);
        if (p.dVariances && p.variances) nadePut(p, p.dVariances + to, (-0.5f * kKappa) * d * z * c * c, w);
      });
      float *d = c.dLogits + n * stride, *values = c.values + n * D;
      int32_t *places = c.places + n * D, count = 0;
      for (long at = 0; at < D; at++) {
        d[at] = g[p.order[at]];
        if (at + 1 == D) break;
        const float v = p.visible[m * D + p.order[at]];
        places[count] = (int32_t)at;
        values[count] = v;
        count += v != 0.0f;
      }
      for (long at = D; at < stride; at++) d[at] = 0.0f;
      c.count[n] = count;
    }
  });
  return c;
}

// Segments of a block of frames, and what every tile of dimensions has to do with them: items, each the gradients of the logits
// where the tile meets a segment and zeros beside, frames ascending and segments of a frame from the last to the first.
struct NadeItems {
  long begin[NADE_FRAMES + 1];  // first segment of every frame
  int32_t* tiles;               // [tiles + 1], first item of each
  int32_t* segments;
  float* d;  // [items][NADE_TILE]

  static long most(long D) { return NADE_FRAMES * (D / NADE_TILE + 1 + D); }

  void make(const NadeChanges& c, long D, long n0, long rows) {
    long current[NADE_FRAMES], n = 0;
    begin[0] = 0;
    for (long r = 0; r < rows; r++) {
      current[r] = c.count[n0 + r];
      begin[r + 1] = begin[r] + current[r] + 1;
    }
    for (long tile = c.stride / NADE_TILE - 1; tile >= 0; tile--) {
      tiles[tile + 1] = (int32_t)n;
      const long first = tile * NADE_TILE;
      for (long r = 0; r < rows; r++) {
        const float* d = c.dLogits + (n0 + r) * c.stride + first;
        const int32_t* places = c.places + (n0 + r) * D;
        long end = NADE_TILE;
        auto put = [&](long from) {
          segments[n] = (int32_t)(begin[r] + current[r]);
          float* to = this->d + n++ * NADE_TILE;
          for (long l = 0; l < NADE_TILE; l++) to[l] = l >= from && l < end ? d[l] : 0.0f;
        };
        // a segment begins behind the place of its change
        while (current[r] > 0 && places[current[r] - 1] >= first) {
          const long from = places[current[r] - 1] + 1 - first;
          if (from < end) put(from);
          end = from;
          current[r]--;
        }
        put(0);
      }
    }
    tiles[0] = (int32_t)n;
  }
};

// One vector of hidden units of a block of frames, [segments] each where nothing else is said.
struct NadeColumn {
  const Nade& p;
  const NadeFrames& frames;
  const NadeChanges& changes;
  const NadeItems& items;
  vf *s, *h, *dh, *pre;  // activations, what is read of them, its gradient; with variances the pre-activations
  const vf *in, *out;    // [D], [whole tiles], along the order
  vf *dIn, *dOut;

  const float* mask(long m) const { return p.maskHidden.data ? p.maskHidden.row(m / p.B, m % p.B) : nullptr; }

  void activate(long n0, long rows, long k, int w) const {
    for (long r = 0; r < rows; r++) {
      const long m = frames.rows[n0 + r], from = (n0 + r) * p.D;
      const float* given = mask(m);
      const vf kept = given ? load(given + k, w) : splat(1.0f);
      const vf shrink = p.variances ? nadeShrink(p.variances + p.hiddenAt(m) + k, w) : splat(1.0f);
      vf x = load(p.biases + p.hiddenAt(m) + k, w);
      for (long j = items.begin[r], i = from;; j++, i++) {
        s[j] = vsigmoid(p.variances ? x * shrink : x);
        if (h != s) h[j] = s[j] * kept;
        if (p.variances) pre[j] = x;
        dh[j] = splat(0.0f);
        if (j + 1 == items.begin[r + 1]) break;
        x = madd(changes.values[i], in[changes.places[i]], x);
      }
    }
  }

  // dU_i += dz_i h and dh += dz_i U_i
  void products() const {
    for (long tile = changes.stride / NADE_TILE - 1; tile >= 0; tile--) {
      const long first = tile * NADE_TILE, last = items.tiles[tile];
      vf u[NADE_TILE], sum[NADE_TILE];
#pragma GCC unroll 8
      for (long l = 0; l < NADE_TILE; l++) {
        u[l] = out[first + l];
        sum[l] = dOut[first + l];
      }
      for (long i = items.tiles[tile + 1]; i < last; i++) {
        const long j = items.segments[i];
        const float* d = items.d + i * NADE_TILE;
        const vf hj = h[j];
        vf g = dh[j];
#pragma GCC unroll 8
        for (long l = NADE_TILE - 1; l >= 0; l--) {
          const vf dl = splat(d[l]);
          sum[l] = madd(dl, hj, sum[l]);
          g = madd(dl, u[l], g);
        }
        dh[j] = g;
      }
#pragma GCC unroll 8
      for (long l = 0; l < NADE_TILE; l++) dOut[first + l] = sum[l];
    }
  }

  // from the gradients of h, last segment first, to those of the pre-activations, of W and of the biases
  void giveBack(long n0, long rows, long k, int w) const {
    for (long r = 0; r < rows; r++) {
      const long m = frames.rows[n0 + r], to = p.hiddenAt(m) + k;
      const float* given = mask(m);
      const vf kept = given ? load(given + k, w) : splat(1.0f);
      const vf c = p.variances ? nadeShrink(p.variances + to, w) : splat(1.0f);
      vf da = splat(0.0f), dc = splat(0.0f);
      for (long j = items.begin[r + 1] - 1, i = (n0 + r) * p.D + j - items.begin[r]; j >= items.begin[r]; j--) {
        const vf dx = (h != s ? dh[j] * kept : dh[j]) * s[j] * (1.0f - s[j]);
        da = madd(dx, c, da);
        if (p.variances) dc = madd(dx, pre[j], dc);
        if (j == items.begin[r]) break;
        i--;
        vf& g = dIn[changes.places[i]];
        g = madd(changes.values[i], da, g);
      }
      if (p.dBiases) nadePut(p, p.dBiases + to, da, w);
      if (p.dVariances && p.variances) nadePut(p, p.dVariances + to, (-0.5f * kKappa) * dc * c * c * c, w);
    }
  }
};

static void nadeBackward(const Nade& p, Pool& pool) {
  const long D = p.D, K = p.K, columns = (K + W - 1) / W;
  const NadeFrames frames = nadeFrames(p, p.dRowLoss, pool);
  const NadeChanges changes = nadeChanges(p, frames, pool);
  const long stride = changes.stride, column = stride * W, segments = NADE_FRAMES * maximum(D, 1);
  float *weights = pool.workspace(kPackedBlock, 2 * columns * column), *slopes = pool.workspace(kPartial, 2 * columns * column);
  const long items = NadeItems::most(D), tiles = stride / NADE_TILE + 1;
  const long own = roundUp(4 * segments * W + items * (NADE_TILE + 1) + tiles, W);
  float* scratch = pool.workspace(kCarry, own * pool.threads());
  parallelIf((double)frames.count * D * K > 60000, pool, [&](int worker, int workers) {
    const Range mine = share(columns, worker, workers);
    if (mine.begin == mine.end) return;
    auto each = [&](auto&& body) {
      for (long c = mine.begin; c < mine.end; c++) {
        float *in = weights + 2 * c * column, *dIn = slopes + 2 * c * column;
        body(c * W, (int)minimum(W, K - c * W), in, in + column, dIn, dIn + column);
      }
    };
    each([&](long k, int w, float* in, float* out, float* dIn, float* dOut) {
      for (long at = 0; at < stride; at++) {
        const long from = at < D ? p.order[at] * K + k : 0;
        store(in + at * W, at < D ? load(p.weightIn + from, w) : splat(0.0f));
        store(out + at * W, at < D ? load(p.weightOut + from, w) : splat(0.0f));
        store(dIn + at * W, splat(0.0f));
        store(dOut + at * W, splat(0.0f));
      }
    });
    float* at = scratch + worker * own;
    auto vectorsOf = [&](long n) {
      vf* v = reinterpret_cast<vf*>(at);
      at += n * W;
      return v;
    };
    vf *s = vectorsOf(segments), *dh = vectorsOf(segments), *masked = vectorsOf(segments), *pre = vectorsOf(segments);
    NadeItems block;
    block.d = at;
    block.segments = reinterpret_cast<int32_t*>(at + items * NADE_TILE);
    block.tiles = block.segments + items;
    for (long n0 = 0; n0 < frames.count; n0 += NADE_FRAMES) {
      const long rows = minimum(NADE_FRAMES, frames.count - n0);
      block.make(changes, D, n0, rows);
      each([&](long k, int w, float* in, float* out, float* dIn, float* dOut) {
        auto of = [](float* v) { return reinterpret_cast<vf*>(v); };
        const NadeColumn units{p, frames, changes, block, s, p.maskHidden.data ? masked : s, dh, pre, of(in), of(out), of(dIn), of(dOut)};
        units.activate(n0, rows, k, w);
        units.products();
        units.giveBack(n0, rows, k, w);
      });
    }
    each([&](long k, int w, float*, float*, float* dIn, float* dOut) {
      for (long at = 0; at < D; at++) {
        const long to = p.order[at] * K + k;
        if (p.dWeightIn) store(p.dWeightIn + to, load(p.dWeightIn + to, w) + load(dIn + at * W), w);
        if (p.dWeightOut) store(p.dWeightOut + to, load(p.dWeightOut + to, w) + load(dOut + at * W), w);
      }
    });
  });
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
