// Fast-dropout recurrent layer (Bayer et al. 2013): mean and variance propagated together over the sequence.
//   aMean = q_x x W_in + q_h hMean W_rec + b,  aVar = V_x (W_in.W_in) + V_h (W_rec.W_rec)
//   (hMean, hVar) = moments of f(N(aMean, aVar)),  V = square mean^2 + variance var
// Both recurrent products of a tile run back to back and the moment functions follow while the tile is in the
// first-level cache. The factors q and the squares are folded into the packed weights, once a call. In bf16 means and noisy variances
// are rounded in front of the products; sums, moment functions and what is kept for the backward pass stay in float32.

namespace lethe {
namespace LETHE_ISA {
namespace {

struct MomentsRnnPass {
  const MomentsRnn& p;
  Pool& pool;
  bool backward;

  template <Form F, Activation A>
  void run() {
    if (backward) {
      runBackward<F, A>();
    } else {
      runForward<F, A>();
    }
  }

  // Packed weights and their squares.
  struct Weights {
    PlainPanels mean, square;
    void pack(const float* w, long n, bool transposed, float q, int worker, int workers) const {
      mean.pack({w, n, transposed, nullptr, q, false}, n, worker, workers);
      square.pack({w, n, transposed, nullptr, 1.0f, true}, n, worker, workers);
    }
  };
  Weights recurrent(bool half) const { return {{pool, kPackedRec, p.H, p.H, half}, {pool, kPackedRecSquare, p.H, p.H, half}}; }

  // units [j0, j0 + cols) of row b at step t from the sums of their means and variances
  template <Form F, Activation A>
  LETHE_INLINED void units(long t, long b, long j0, long cols, const float* sumMean, const float* sumVariance, const float* meanBefore,
                           const float* varianceBefore, float* noisyNow) const {
    const NoiseMoments noise = p.noiseRecurrent;
    const long at = b * p.H + j0, here = t * p.B * p.H + at;
    bool active = p.active.at(t, b);
    vectors(cols, [&](long j, int w) {
      vf am = load(p.bias + j0 + j, w) + load(sumMean + j, w);
      vf av = load(sumVariance + j, w);
      Pair h;
      if (!active) {
        h = {load(meanBefore + at + j, w), varianceBefore ? load(varianceBefore + at + j, w) : splat(0.0f)};
      } else if (p.epsilon) {
        h = {activate(chosen<A>(p.f.activation), am + load(p.epsilon + here + j, w) * vsqrt(av)), splat(0.0f)};
      } else {
        h = momentsForward<F, A>(p.f, am, av);
      }
      store(p.aMean + here + j, am, w);
      store(p.aVariance + here + j, av, w);
      store(p.hMean + here + j, h.mean, w);
      store(p.hVariance + here + j, h.variance, w);
      store(noisyNow + at + j, noise.square * h.mean * h.mean + noise.variance * h.variance, w);
    });
  }

  template <Form F, Activation A>
  void runForward() {
    const MomentsRnn& p = this->p;
    Pool& pool = this->pool;
    const long T = p.T, B = p.B, I = p.I, H = p.H, step = B * H;

    float* noisyInput = pool.workspace(kNoisyInput, T * B * I);
    noisyVariance(pool, p.noiseInput, T * B * I, p.x, p.xVariance, noisyInput);
    SparseRows rows;
    const bool sparse = !p.xVariance && findSparse(pool, p.x, T * B, I, rows);
    const bool half = isHalf(pool), halfInput = half && !sparse;
    const Weights in{{pool, kPackedIn, I, H, halfInput}, {pool, kPackedInSquare, I, H, halfInput}}, rec = recurrent(half);
    const long room = halfRoom(B, H, 2) + (sparse ? 0 : halfRoom(B, I, 2));
    const HalfRooms rooms(pool, half, room);
    float* noisyState = pool.workspace(kNoisyState, 2 * step);  // V_h of the previous and of this step, in turn

    parallelIf(T * B * H * (H + I) > 50000, pool, [&](int worker, int workers) {
      alignas(64) float outMean[PLAIN_ROWS * PW];
      alignas(64) float outVariance[PLAIN_ROWS * PW];
      in.pack(p.wIn, H, false, p.noiseInput.mean, worker, workers);
      rec.pack(p.wRec, H, false, p.noiseRecurrent.mean, worker, workers);
      const Part part = partOf(chooseGrid(workers, B, H, (half ? 4 : 8) * H * (H + I)), worker, B, H);
      const long count = part.row1 - part.row0;
      const PlainChunks chunk(half, count);
      const HalfTiles tiles(pool, (int)chunk.tileRows, false);
      uint16_t* const mine = rooms.of(worker);
      uint16_t* const inputRoom = rooms.of(worker, halfRoom(B, H, 2));
      const long c0 = part.panel0 * PW, cn = maximum(0, minimum(H, part.panel1 * PW) - c0);
      const NoiseMoments noise = p.noiseRecurrent;

      for (long b = part.row0; b < part.row1; b++)
        vectors(cn, [&](long j, int w) {
          long at = b * H + c0 + j;
          vf m = load(p.h0 + at, w), v = noise.square * m * m;
          if (p.h0Variance) v += noise.variance * load(p.h0Variance + at, w);
          store(noisyState + at, v, w);
        });
      pool.barrier(0, workers);

      for (long t = 0; t < T; t++) {
        const float* meanBefore = t ? p.hMean + (t - 1) * step : p.h0;
        const float* varianceBefore = t ? p.hVariance + (t - 1) * step : p.h0Variance;
        const float* noisyBefore = noisyState + (t & 1) * step;
        float* noisyNow = noisyState + ((t + 1) & 1) * step;
        const long from = (t * B + part.row0) * I;
        PlainRows x{}, noisyX{};
        if (!sparse) {
          x = in.mean.rows(p.x + from, I, count, inputRoom, 0);
          noisyX = in.square.rows(noisyInput + from, I, count, inputRoom, 1);
        }
        const PlainRows mean = rec.mean.rows(meanBefore + part.row0 * H, H, count, mine, 0);
        const PlainRows noisy = rec.square.rows(noisyBefore + part.row0 * H, H, count, mine, 1);
        for (long b0 = part.row0; b0 < part.row1; b0 += chunk.rows) {
          const int r = (int)minimum(chunk.rows, part.row1 - b0);
          const long first = b0 - part.row0, tileRows = chunk.tileRows;
          for (long q = part.panel0; q < part.panel1; q++) {
            const long j0 = q * PW, cols = minimum(PW, H - j0), width = roundUp(cols, W);
            if (sparse) {
              sparseTile(r, width, rows, p.x, t * B + b0, in.mean.panel(q), outMean);
              sparseTile(r, width, rows, noisyInput, t * B + b0, in.square.panel(q), outVariance);
            } else {
              in.mean.multiply(tiles, tileRows, x, first, r, q, width, false, outMean);
              in.square.multiply(tiles, tileRows, noisyX, first, r, q, width, false, outVariance);
            }
            rec.mean.multiply(tiles, tileRows, mean, first, r, q, width, true, outMean);
            rec.square.multiply(tiles, tileRows, noisy, first, r, q, width, true, outVariance);
            for (int i = 0; i < r; i++)
              units<F, A>(t, b0 + i, j0, cols, outMean + i * PW, outVariance + i * PW, meanBefore, varianceBefore, noisyNow);
          }
        }
        pool.barrier(1 + part.group, part.members);
      }
    });
  }

  // of the activation's mean and variance, units [c0, c0 + cn) of row b at step t
  template <Form F, Activation A>
  LETHE_INLINED void gradients(long t, long b, long c0, long cn, float* carryMean, float* carryVariance) const {
    const long at = b * p.H + c0, here = t * p.B * p.H + at;
    bool active = p.active.at(t, b);
    vectors(cn, [&](long j, int w) {
      vf dm = load(carryMean + at + j, w) + load(p.dhMean + here + j, w);
      vf dv = load(carryVariance + at + j, w);
      if (p.dhVariance) dv += load(p.dhVariance + here + j, w);
      vf dam = splat(0.0f), dav = splat(0.0f);
      if (active) {
        vf m = load(p.hMean + here + j, w), av = load(p.aVariance + here + j, w);
        if (p.epsilon) {
          dam = dm * slope(chosen<A>(p.f.activation), m);
          vf s = vsqrt(av);
          vf root = s > 0.0f ? 0.5f / s : splat(0.0f);
          dav = dam * load(p.epsilon + here + j, w) * root;
        } else {
          Pair d = momentsBackward<F, A>(p.f, load(p.aMean + here + j, w), av, m, load(p.hVariance + here + j, w), dm, dv);
          dam = d.mean;
          dav = d.variance;
        }
        dm = splat(0.0f);
        dv = splat(0.0f);
      }
      store(p.daMean + here + j, dam, w);
      store(p.daVariance + here + j, dav, w);
      store(carryMean + at + j, dm, w);  // past an inactive step the gradient flows on
      store(carryVariance + at + j, dv, w);
    });
  }

  template <Form F, Activation A>
  void runBackward() {
    const MomentsRnn& p = this->p;
    Pool& pool = this->pool;
    const long T = p.T, B = p.B, I = p.I, H = p.H, step = B * H;
    const bool half = isHalf(pool);
    const Weights rec = recurrent(half);
    const long room = halfRoom(B, H, 2);
    const HalfRooms rooms(pool, half, room);
    float* carryMean = pool.workspace(kCarry, step);
    float* carryVariance = pool.workspace(kCarrySecond, step);
    float* noisyState = pool.workspace(kNoisyState, T * step);  // V_h before each step, for the weights' gradient

    parallelIf(T * B * H * (H + I) > 50000, pool, [&](int worker, int workers) {
      alignas(64) float outMean[PLAIN_ROWS * PW];
      alignas(64) float outVariance[PLAIN_ROWS * PW];
      rec.pack(p.wRec, H, true, p.noiseRecurrent.mean, worker, workers);
      pool.barrier(0, workers);
      const Part part = partOf(chooseGrid(workers, B, H, (half ? 4 : 8) * H * H), worker, B, H);
      const long count = part.row1 - part.row0;
      const PlainChunks chunk(half, count);
      const HalfTiles tiles(pool, (int)chunk.tileRows, false);
      uint16_t* const mine = rooms.of(worker);
      const long c0 = part.panel0 * PW, cn = maximum(0, minimum(H, part.panel1 * PW) - c0);
      const NoiseMoments noise = p.noiseRecurrent;

      for (long b = part.row0; b < part.row1; b++)
        vectors(cn, [&](long j, int w) {
          store(carryMean + b * H + c0 + j, splat(0.0f), w);
          store(carryVariance + b * H + c0 + j, splat(0.0f), w);
        });

      for (long t = T - 1; t >= 0; t--) {
        for (long b = part.row0; b < part.row1; b++) gradients<F, A>(t, b, c0, cn, carryMean, carryVariance);
        pool.barrier(1 + part.group, part.members);
        const float* meanBefore = t ? p.hMean + (t - 1) * step : p.h0;
        const float* varianceBefore = t ? p.hVariance + (t - 1) * step : p.h0Variance;
        const long from = t * step + part.row0 * H;
        const PlainRows dMean = rec.mean.rows(p.daMean + from, H, count, mine, 0);
        const PlainRows dVariance = rec.square.rows(p.daVariance + from, H, count, mine, 1);
        for (long b0 = part.row0; b0 < part.row1; b0 += chunk.rows) {
          const int r = (int)minimum(chunk.rows, part.row1 - b0);
          for (long q = part.panel0; q < part.panel1; q++) {
            const long j0 = q * PW, cols = minimum(PW, H - j0), width = roundUp(cols, W);
            rec.mean.multiply(tiles, chunk.tileRows, dMean, b0 - part.row0, r, q, width, false, outMean);
            rec.square.multiply(tiles, chunk.tileRows, dVariance, b0 - part.row0, r, q, width, false, outVariance);
            for (int i = 0; i < r; i++) {
              long at = (b0 + i) * H + j0;
              vectors(cols, [&](long j, int w) {
                vf m = load(meanBefore + at + j, w);
                vf v = noise.square * m * m;
                if (varianceBefore) v += noise.variance * load(varianceBefore + at + j, w);
                store(noisyState + t * step + at + j, v, w);
                vf d = load(outVariance + i * PW + j, w);
                vf dm = load(outMean + i * PW + j, w) + (2.0f * noise.square) * m * d;
                store(carryMean + at + j, load(carryMean + at + j, w) + dm, w);
                store(carryVariance + at + j, load(carryVariance + at + j, w) + noise.variance * d, w);
              });
            }
          }
        }
      }
    });

    auto addTo = [&](float* target, const float* source) {
      if (target) vectors(step, [&](long j, int w) { store(target + j, load(target + j, w) + load(source + j, w), w); });
    };
    addTo(p.dh0, carryMean);
    addTo(p.dh0Variance, carryVariance);

    // weights: the states are those before each step, h0 first
    float* noisyInput = pool.workspace(kNoisyInput, T * B * I);
    noisyVariance(pool, p.noiseInput, T * B * I, p.x, p.xVariance, noisyInput);
    SparseRows rows;
    const bool sparse = !half && !p.xVariance && findSparse(pool, p.x, T * B, I, rows);
    const float q = p.noiseInput.mean;
    if (half) columnSums(pool, T * B, H, p.daMean, H, p.dbias, true);
    // while a packed stretch of the gradients is in the cache: the bias and, from sparse inputs, W_in
    addMomentsWeightGradient(pool, T * B, H, H, p.noiseRecurrent.mean, {p.hMean, 1, H, p.h0, B}, {noisyState + step, 1, H, noisyState, B},
                             p.daMean, p.daVariance, H, p.wRec, p.dwRec, H,
                             [&](int factor, long panel, long k0, long kn, const float* packed) {
                               if (factor == 0) addPanelSums(panel, kn, packed, H, p.dbias);
                               if (!sparse) return;
                               if (factor == 0) {
                                 addSparsePanel(rows, p.x, panel, k0, kn, packed, H, p.dwIn, [&](long, int) { return splat(q); });
                               } else {
                                 addSparsePanel(rows, noisyInput, panel, k0, kn, packed, H, p.dwIn,
                                                [&](long at, int w) { return 2.0f * load(p.wIn + at, w); });
                               }
                             });
    if (!sparse)
      addMomentsWeightGradient(pool, T * B, I, H, q, {p.x, 1, I}, {noisyInput, 1, I}, p.daMean, p.daVariance, H, p.wIn, p.dwIn, H,
                               [](int, long, long, long, const float*) {});
    addMomentsInputGradient(pool, T * B, I, H, H, p.noiseInput, p.x, p.wIn, p.daMean, p.daVariance, p.dx, p.dxVariance, false);
  }
};

static void momentsRnnForward(const MomentsRnn& p, Pool& pool) { withMoments(p.f, MomentsRnnPass{p, pool, false}); }
static void momentsRnnBackward(const MomentsRnn& p, Pool& pool) { withMoments(p.f, MomentsRnnPass{p, pool, true}); }

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
