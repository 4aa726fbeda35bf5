// Fast dropout through gated cells: what LSTM and GRU share. Mean and variance of the four pre-activations are
// propagated through two products a step, W scaled by the noise's mean and W squared, on panels as in gates.h; the
// moments of gates and state follow while the tiles are in the first-level cache.
//
// A cell says what happens to one vector of units (moments_lstm.h, moments_gru.h). Its recurrent gate g stands in
// block Cell::column(g) of the pre-activations, its input gate g in block g.
//
// In bf16 means and noisy variances are rounded in front of the products, all else stays in float32.
//
// Backward computes the gates' moments again instead of keeping them: 4 of the 5 moment functions a unit and step,
// 2 ms of 75 for 650 units, against 15 MB written and read.

namespace lethe {
namespace LETHE_ISA {
namespace {

// Product of independents: mean m1 m2, variance m1^2 v2 + v1 m2^2 + v1 v2.
LETHE_INLINE Pair independent(Pair a, Pair b) {
  return {a.mean * b.mean, a.mean * a.mean * b.variance + a.variance * (b.mean * b.mean + b.variance)};
}
// The gradient of the first factor from that of the product.
LETHE_INLINE Pair independentBackward(Pair a, Pair b, Pair d) {
  return {d.mean * b.mean + 2.0f * d.variance * a.mean * b.variance, d.variance * (b.mean * b.mean + b.variance)};
}
LETHE_INLINE Pair operator+(Pair a, Pair b) { return {a.mean + b.mean, a.variance + b.variance}; }

LETHE_INLINE Pair loadPair(const float* mean, const float* variance, long at, int w) {
  return {load(mean + at, w), variance ? load(variance + at, w) : splat(0.0f)};
}
LETHE_INLINE void storePair(float* mean, float* variance, long at, Pair v, int w) {
  store(mean + at, v.mean, w);
  store(variance + at, v.variance, w);
}

// Moments of the gates in the form F; the quadrature asks for the activation at run time.
template <Form F>
struct GateMoments {
  MomentFunction sigmoid, tanh;
  explicit GateMoments(MomentFunction f) : sigmoid(f), tanh(f) {
    sigmoid.activation = Activation::sigmoid;
    tanh.activation = Activation::tanh;
  }
  LETHE_INLINED Pair gate(Pair a) const { return momentsForward<F, Activation::sigmoid>(sigmoid, a.mean, a.variance); }
  LETHE_INLINED Pair squash(Pair a) const { return momentsForward<F, Activation::tanh>(tanh, a.mean, a.variance); }
  LETHE_INLINED Pair gateBackward(Pair a, Pair y, Pair d) const {
    return momentsBackward<F, Activation::sigmoid>(sigmoid, a.mean, a.variance, y.mean, y.variance, d.mean, d.variance);
  }
  LETHE_INLINED Pair squashBackward(Pair a, Pair y, Pair d) const {
    return momentsBackward<F, Activation::tanh>(tanh, a.mean, a.variance, y.mean, y.variance, d.mean, d.variance);
  }
};

// A drawn pre-activation x = mean + epsilon sqrt(variance), and the gradient of its moments.
LETHE_INLINE vf drawn(Pair a, vf epsilon) { return a.mean + epsilon * vsqrt(a.variance); }
LETHE_INLINE Pair drawnBackward(Pair a, vf epsilon, vf dx) {
  const vf s = vsqrt(a.variance);
  return {dx, s > 0.0f ? dx * epsilon * 0.5f / s : splat(0.0f)};
}

// aMean, aVariance of the input side, for all steps at once.
static void projectMoments(const MomentsGated& p, int G, Pool& pool) {
  const long M = (long)p.T * p.B, n = (long)G * p.H, ld = 4 * (long)p.H;
  float* noisy = pool.workspace(kNoisyInput, M * p.I);
  noisyVariance(pool, p.noiseInput, M * p.I, p.x, p.xVariance, noisy);
  Factor variance{{noisy, p.I, 1}, {p.wIn, n}};
  variance.operand.square = true;
  Operand scaled{p.wIn, n};
  scaled.scale = p.noiseInput.mean;
  product(pool, M, n, p.I, {{p.x, p.I, 1}, scaled}, &variance,
          [&](long i, long j0, long cols, const float* mean, const float* var, bool first) {
            float *am = p.aMean + i * ld + j0, *av = p.aVariance + i * ld + j0;
            vectors(cols, [&](long j, int w) {
              store(am + j, load(mean + j, w) + load(first ? p.bias + j0 + j : am + j, w), w);
              store(av + j, first ? load(var + j, w) : load(var + j, w) + load(av + j, w), w);
            });
          });
}

// Blocks of a worker's packed weights: the gates scaled by the noise's mean, then the gates squared.
LETHE_INLINE Operand momentsBlock(const MomentsGated& p, int G, int block, long unit, bool transposed) {
  const long n = (long)G * p.H, at = transposed ? unit * n + block % G * p.H : block % G * p.H + unit;
  Operand o{p.wRec + at, n, transposed};
  if (block < G) {
    o.scale = p.noiseRecurrent.mean;
  } else {
    o.square = true;
  }
  return o;
}

template <class Cell>
void momentsGatesForward(const Cell& cell, Pool& pool) {
  constexpr int G = Cell::G;
  const MomentsGated& p = cell.p;
  const long T = p.T, B = p.B, H = p.H, step = B * H;
  projectMoments(p, G, pool);
  float* weights = pool.workspace(kPackedRec, blocksSize(H, H, 2 * G));
  const HalfRooms rooms(pool, isHalf(pool), halfRoom(B, H, 2));
  float* noisy = pool.workspace(kNoisyState, 2 * step);  // variance of the noisy state before this and the next step

  parallelIf((double)T * B * H * H > 20000, pool, [&](int worker, int workers) {
    alignas(64) float out[2 * G][CHUNK * PW];
    const UnitPart part = unitPart(worker, workers, B, H, 8 * G * H * H, isHalf(pool));
    const HalfTiles tiles(pool, halfTileRows(part), true);
    const BlockPanels packed = packBlocks(weights, H, 2 * G, part, worker, workers, tiles, rooms.of(worker),
                                          [&](int g) { return momentsBlock(p, G, g, part.unit0, false); });
    const NoiseMoments noise = p.noiseRecurrent;
    auto keepNoisy = [&](long t, long at, int w, Pair h) {
      store(noisy + (t & 1) * step + at, noise.square * h.mean * h.mean + noise.variance * h.variance, w);
    };
    for (long b = part.row0; b < part.row1; b++)
      vectors(part.units, [&](long j, int w) {
        const long at = b * H + part.unit0 + j;
        keepNoisy(0, at, w, loadPair(p.h0, p.h0Variance, at, w));
      });
    pool.barrier(0, workers);

    auto finish = [&](long t, long b, long i, long j0, long cols) {
      const long row = t * B + b;
      const bool active = p.active.at(t, b);
      vectors(cols, [&](long v, int w) {
        Pair sums[G];
#pragma GCC unroll 4
        for (int g = 0; g < G; g++) sums[g] = {load(out[g] + i * PW + v), load(out[G + g] + i * PW + v)};
        const Pair h = cell.forward(t, b, j0 + v, w, active, sums);
        storePair(p.hMean, p.hVariance, row * H + j0 + v, h, w);
        keepNoisy(t + 1, b * H + j0 + v, w, h);
      });
    };

    for (long t = 0; t < T; t++) {
      const float* mean = t ? p.hMean + (t - 1) * step : p.h0;
      const float* variance = noisy + (t & 1) * step;
      const StepRows means = stepRows(packed, part, mean + part.row0 * H, H, 0),
                     noises = stepRows(packed, part, variance + part.row0 * H, H, 1);
      const long count = panels(part.units);
      const bool up = (t & 1) == 0;
      for (long m = 0; m < count; m++) {
        const long q = up ? m : count - 1 - m;
        for (long b0 = part.row0; b0 < part.row1; b0 += packed.chunk) {
          const long b1 = minimum(part.row1, b0 + packed.chunk);
          for (int g = 0; g < 2 * G; g++) blockTiles(packed, q, g, g < G ? means : noises, b0 - part.row0, b1 - b0, 0, up, false, out[g]);
          for (long b = b0; b < b1; b++) finish(t, b, b - b0, part.unit0 + q * PW, minimum(PW, part.units - q * PW));
        }
      }
      pool.barrier(1 + part.group, part.members);
    }
  });
}

// dW += mean part + 2 W . variance part for `n` columns from column `to` of the weights on, whose gradients stand
// from column `from` of daMean and daVariance on; `bias` gets the sums.
static void addGatesGradient(const MomentsGated& p, Pool& pool, long I, long GH, long n, long from, long to, float q, Rows rows, Rows noisy,
                             const float* w, float* dw, float* bias) {
  const long ld = 4 * (long)p.H;
  addMomentsWeightGradient(pool, (long)p.T * p.B, I, n, q, rows, noisy, p.daMean + from, p.daVariance + from, ld, w + to, dw + to, GH,
                           [&](int factor, long panel, long, long kn, const float* packed) {
                             if (factor == 0 && bias) addPanelSums(panel, kn, packed, n, bias + to);
                           });
  if (isHalf(pool) && bias) columnSums(pool, (long)p.T * p.B, n, p.daMean + from, ld, bias + to, true);
}

template <class Cell>
void momentsGatesBackward(const Cell& cell, Pool& pool) {
  constexpr int G = Cell::G;
  const MomentsGated& p = cell.p;
  const long T = p.T, B = p.B, H = p.H, step = B * H, GH = (long)G * H, ld = 4 * H;
  float* weights = pool.workspace(kPackedRec, blocksSize(H, H, 2 * G));
  const HalfRooms rooms(pool, isHalf(pool), halfRoom(B, H, 2 * G));
  float* carryMean = pool.workspace(kCarry, 2 * step);
  float* carryVariance = carryMean + step;
  float* noisy = pool.workspace(kNoisyState, T * step);  // variance of the noisy state before each step

  parallelIf((double)T * B * H * H > 20000, pool, [&](int worker, int workers) {
    alignas(64) float out[2][CHUNK * PW];
    const UnitPart part = unitPart(worker, workers, B, H, 8 * G * H * H, isHalf(pool));
    const HalfTiles tiles(pool, halfTileRows(part), true);
    const long u0 = part.unit0, un = part.units;
    const BlockPanels packed = packBlocks(weights, H, 2 * G, part, worker, workers, tiles, rooms.of(worker),
                                          [&](int g) { return momentsBlock(p, G, g, u0, true); });
    const NoiseMoments noise = p.noiseRecurrent;
    for (long b = part.row0; b < part.row1; b++)
      vectors(un, [&](long j, int w) {
        storePair(carryMean, carryVariance, b * H + u0 + j, {splat(0.0f), splat(0.0f)}, w);
        cell.begin(b * H + u0 + j, w);
      });
    pool.barrier(0, workers);

    for (long t = T - 1; t >= 0; t--) {
      for (long b = part.row0; b < part.row1; b++) {
        const long row = t * B + b;
        const bool active = p.active.at(t, b);
        vectors(un, [&](long v, int w) {
          const long j = u0 + v, at = b * H + j;
          const Pair d = loadPair(carryMean, carryVariance, at, w) + loadPair(p.dhMean, p.dhVariance, row * H + j, w);
          Pair past = d;
          if (active) {
            past = cell.backward(t, b, j, w, d);
          } else {
            for (int g = 0; g < 4; g++) storePair(p.daMean, p.daVariance, row * ld + g * H + j, {splat(0.0f), splat(0.0f)}, w);
          }
          storePair(carryMean, carryVariance, at, past, w);
        });
      }
      pool.barrier(1 + part.group, part.members);
      const float* meanBefore = t ? p.hMean + (t - 1) * step : p.h0;
      const float* varianceBefore = t ? p.hVariance + (t - 1) * step : p.h0Variance;
      StepRows rows[2 * G];
      for (int g = 0; g < 2 * G; g++) {
        const float* d = (g < G ? p.daMean : p.daVariance) + t * B * ld + Cell::column(g % G) * H;
        rows[g] = stepRows(packed, part, d + part.row0 * ld, ld, g);
      }
      const long count = panels(un);
      const bool up = (t & 1) == 0;
      for (long m = 0; m < count; m++) {
        const long q = up ? m : count - 1 - m, j0 = u0 + q * PW, cols = minimum(PW, un - q * PW);
        for (long b0 = part.row0; b0 < part.row1; b0 += packed.chunk) {
          const long b1 = minimum(part.row1, b0 + packed.chunk);
          for (int g = 0; g < 2 * G; g++) blockTiles(packed, q, g, rows[g], b0 - part.row0, b1 - b0, 0, up, g % G > 0, out[g / G]);
          for (long b = b0; b < b1; b++) {
            const long at = b * H + j0;
            const float *sumMean = out[0] + (b - b0) * PW, *sumVariance = out[1] + (b - b0) * PW;
            vectors(cols, [&](long v, int w) {
              const Pair h = loadPair(meanBefore, varianceBefore, at + v, w);
              store(noisy + t * step + at + v, noise.square * h.mean * h.mean + noise.variance * h.variance, w);
              const vf d = load(sumVariance + v, w);
              const Pair back = {load(sumMean + v, w) + (2.0f * noise.square) * h.mean * d, noise.variance * d};
              storePair(carryMean, carryVariance, at + v, loadPair(carryMean, carryVariance, at + v, w) + back, w);
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

  // gates that stand side by side on both sides are one product
  const Rows states{p.hMean, 1, H, p.h0, B}, noisyStates{noisy + step, 1, H, noisy, B};
  for (int g = 0, next; g < G; g = next) {
    for (next = g + 1; next < G && Cell::column(next) == Cell::column(g) + next - g;) next++;
    addGatesGradient(p, pool, H, GH, (next - g) * H, Cell::column(g) * H, g * H, p.noiseRecurrent.mean, states, noisyStates, p.wRec,
                     p.dwRec, cell.recurrentBias());
  }
  float* noisyInput = pool.workspace(kNoisyInput, T * B * p.I);
  noisyVariance(pool, p.noiseInput, T * B * p.I, p.x, p.xVariance, noisyInput);
  addGatesGradient(p, pool, p.I, GH, GH, 0, 0, p.noiseInput.mean, {p.x, 1, p.I}, {noisyInput, 1, p.I}, p.wIn, p.dwIn, p.dbias);
  addMomentsInputGradient(pool, T * B, p.I, GH, ld, p.noiseInput, p.x, p.wIn, p.daMean, p.daVariance, p.dx, p.dxVariance, false);
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
