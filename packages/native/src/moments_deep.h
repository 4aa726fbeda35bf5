// Recurrent layer with a deep transition under fast dropout: mean and variance propagated together through every layer of a step, as
// in moments_rnn.h. What a layer reads counts as independent; with a shortcut, so do the state and the layers that it went through.

namespace lethe {
namespace LETHE_ISA {
namespace {

// A stretch of units of a row, by functions that the form and the activation choose: pre-activations from sums and their moments, and
// back.
struct MomentUnits {
  using Forward = void (*)(const MomentFunction& f, long cols, const float* bias, const float* sumMean, const float* sumVariance,
                           const float* epsilon, float* aMean, float* aVariance, float* mean, float* variance);
  using Backward = void (*)(const MomentFunction& f, int w, const float* aMean, const float* aVariance, const float* epsilon, Pair unit,
                            Pair d, float* daMean, float* daVariance);
  MomentFunction f;
  Forward forward = nullptr;
  Backward backward = nullptr;

  MomentUnits(const MomentFunction& like, Activation activation) : f(like) {
    f.activation = activation;
    withMoments(f, *this);
  }

  template <Form F, Activation A>
  void run() {
    forward = forwardAs<F, A>;
    backward = backwardAs<F, A>;
  }

  template <Form F, Activation A>
  static void forwardAs(const MomentFunction& f, long cols, const float* bias, const float* sumMean, const float* sumVariance,
                        const float* epsilon, float* aMean, float* aVariance, float* mean, float* variance) {
    vectors(cols, [&](long j, int w) {
      const vf am = load(bias + j, w) + load(sumMean + j, w), av = load(sumVariance + j, w);
      const Pair u = epsilon ? Pair{activate(chosen<A>(f.activation), am + load(epsilon + j, w) * vsqrt(av)), splat(0.0f)}
                             : momentsForward<F, A>(f, am, av);
      store(aMean + j, am, w);
      store(aVariance + j, av, w);
      store(mean + j, u.mean, w);
      store(variance + j, u.variance, w);
    });
  }

  template <Form F, Activation A>
  static void backwardAs(const MomentFunction& f, int w, const float* aMean, const float* aVariance, const float* epsilon, Pair unit,
                         Pair d, float* daMean, float* daVariance) {
    const vf av = load(aVariance, w);
    Pair da;
    if (epsilon) {
      da.mean = d.mean * slope(chosen<A>(f.activation), unit.mean);
      const vf s = vsqrt(av);
      da.variance = da.mean * load(epsilon, w) * (s > 0.0f ? 0.5f / s : splat(0.0f));
    } else {
      da = momentsBackward<F, A>(f, load(aMean, w), av, unit.mean, unit.variance, d.mean, d.variance);
    }
    store(daMean, da.mean, w);
    store(daVariance, da.variance, w);
  }
};

struct MomentsDeepPass {
  const MomentsDeepRnn& p;
  Pool& pool;
  const bool half;
  const long N, S, H, row, ld, block, step;
  const MomentUnits inner, last;

  MomentsDeepPass(const MomentsDeepRnn& p, Pool& pool)
      : p(p),
        pool(pool),
        half(isHalf(pool)),
        N(p.N),
        S(p.S ? 1 : 0),
        H(p.H),
        row((N + 1) * H),
        ld((N + 1 + p.S) * H),
        block(PlainPanels::size(p.H, p.H, half)),
        step((long)p.B * H),
        inner(p.f, activationOf(p.inner)),
        last(p.f, p.f.activation) {}
  static Activation activationOf(Transfer f) { return f == Transfer::maxout || f == Transfer::lp ? Activation::identity : (Activation)f; }

  const NoiseMoments& noiseOf(long k) const { return k == 0 || k > N ? p.noiseRecurrent : p.noiseTransition; }
  Operand recurrent(long k, bool transposed, bool square) const {
    return {p.wRec + k * H, ld, transposed, nullptr, square ? 1.0f : noiseOf(k).mean, square};
  }
  static vf noisy(const NoiseMoments& noise, vf mean, vf variance) { return noise.square * mean * mean + noise.variance * variance; }
  long unit(long t, long b, long l) const { return ((t * p.B + b) * N + l) * H; }

  // Packed weights of layer k, scaled by the noise's mean, and their squares.
  struct Weights {
    float *mean, *square;
  };
  Weights workspaces() const {
    return {pool.workspace(kPackedRec, (N + 1 + S) * block), pool.workspace(kPackedRecSquare, (N + 1 + S) * block)};
  }
  PlainPanels meanOf(const Weights& weights, long k) const { return {weights.mean + k * block, H, half}; }
  PlainPanels squareOf(const Weights& weights, long k) const { return {weights.square + k * block, H, half}; }
  void packAll(const Weights& weights, bool transposed, int worker, int workers) const {
    for (long k = 0; k <= N + S; k++) {
      meanOf(weights, k).pack(recurrent(k, transposed, false), H, worker, workers);
      squareOf(weights, k).pack(recurrent(k, transposed, true), H, worker, workers);
    }
  }

  void forward() {
    if (N < 1) return;
    const long T = p.T, B = p.B, I = p.I;
    float* noisyInput = pool.workspace(kNoisyInput, T * B * I);
    noisyVariance(pool, p.noiseInput, T * B * I, p.x, p.xVariance, noisyInput);
    SparseRows rows;
    const bool sparse = !p.xVariance && findSparse(pool, p.x, T * B, I, rows);
    const bool halfInput = half && !sparse;
    const PlainPanels in(pool, kPackedIn, I, H, halfInput), inSquare(pool, kPackedInSquare, I, H, halfInput);
    const Weights rec = workspaces();
    // of a worker: state and units below, mean and variance each; then the inputs
    const long inputs = halfRoom(B, H, 4), room = inputs + (sparse ? 0 : halfRoom(B, I, 2));
    const HalfRooms rooms(pool, half, room);
    float* noisyState = pool.workspace(kNoisyState, 2 * step);  // V_h of the previous and of this step, in turn
    float* noisyUnits = pool.workspace(kNoisyUnits, N * step);
    const long work = H * (I + (N + 1 + S) * H);

    parallelIf((double)T * B * work > 50000, pool, [&](int worker, int workers) {
      alignas(64) float outMean[PLAIN_ROWS * PW];
      alignas(64) float outVariance[PLAIN_ROWS * PW];
      alignas(64) float mean[PW];
      alignas(64) float variance[PW];
      in.pack({p.wIn, H, false, nullptr, p.noiseInput.mean, false}, H, worker, workers);
      inSquare.pack({p.wIn, H, false, nullptr, 1.0f, true}, H, worker, workers);
      packAll(rec, false, worker, workers);
      const Part part = partOf(chooseGrid(workers, B, H, (half ? 4 : 8) * work), worker, B, H);
      const long count = part.row1 - part.row0;
      const PlainChunks chunk(half, count);
      const HalfTiles tiles(pool, (int)chunk.tileRows, false);
      uint16_t* const mine = rooms.of(worker);
      const long c0 = part.panel0 * PW, cn = maximum(0, minimum(H, part.panel1 * PW) - c0);
      for (long b = part.row0; b < part.row1; b++)
        vectors(cn, [&](long j, int w) {
          const long at = b * H + c0 + j;
          const vf v = p.h0Variance ? load(p.h0Variance + at, w) : splat(0.0f);
          store(noisyState + at, noisy(p.noiseRecurrent, load(p.h0 + at, w), v), w);
        });
      pool.barrier(0, workers);

      for (long t = 0; t < T; t++) {
        const float* meanBefore = t ? p.hMean + (t - 1) * step : p.h0;
        const float* varianceBefore = t ? p.hVariance + (t - 1) * step : p.h0Variance;
        const float* noisyBefore = noisyState + (t & 1) * step;
        float* noisyNow = noisyState + ((t + 1) & 1) * step;
        PlainRows x{}, noisyX{};
        if (!sparse) {
          const long from = (t * B + part.row0) * I;
          x = in.rows(p.x + from, I, count, rooms.of(worker, inputs), 0);
          noisyX = inSquare.rows(noisyInput + from, I, count, rooms.of(worker, inputs), 1);
        }
        const PlainRows states = meanOf(rec, 0).rows(meanBefore + part.row0 * H, H, count, mine, 0);
        const PlainRows noisyStates = squareOf(rec, 0).rows(noisyBefore + part.row0 * H, H, count, mine, 1);
        for (long l = 0; l <= N; l++) {
          const PlainPanels own = meanOf(rec, l), ownSquare = squareOf(rec, l);
          PlainRows below = states, noisyBelow = noisyStates;
          if (l > 0) {
            below = own.rows(p.unitsMean + unit(t, part.row0, l - 1), N * H, count, mine, 2);
            noisyBelow = ownSquare.rows(noisyUnits + (part.row0 * N + l - 1) * H, N * H, count, mine, 3);
          }
          const MomentUnits& units = l < N ? inner : last;
          for (long b0 = part.row0; b0 < part.row1; b0 += chunk.rows) {
            const int r = (int)minimum(chunk.rows, part.row1 - b0);
            const long first = b0 - part.row0, tileRows = chunk.tileRows;
            for (long q = part.panel0; q < part.panel1; q++) {
              const long j0 = q * PW, cols = minimum(PW, H - j0), width = roundUp(cols, W), m0 = t * B + b0;
              if (l == 0) {
                if (sparse) {
                  sparseTile(r, width, rows, p.x, m0, in.panel(q), outMean);
                  sparseTile(r, width, rows, noisyInput, m0, inSquare.panel(q), outVariance);
                } else {
                  in.multiply(tiles, tileRows, x, first, r, q, width, false, outMean);
                  inSquare.multiply(tiles, tileRows, noisyX, first, r, q, width, false, outVariance);
                }
              }
              own.multiply(tiles, tileRows, below, first, r, q, width, l == 0, outMean);
              ownSquare.multiply(tiles, tileRows, noisyBelow, first, r, q, width, l == 0, outVariance);
              if (l == N && S) {
                meanOf(rec, N + 1).multiply(tiles, tileRows, states, first, r, q, width, true, outMean);
                squareOf(rec, N + 1).multiply(tiles, tileRows, noisyStates, first, r, q, width, true, outVariance);
              }
              for (int i = 0; i < r; i++) {
                const long b = b0 + i, a = (m0 + i) * row + l * H + j0;
                units.forward(units.f, cols, p.bias + l * H + j0, outMean + i * PW, outVariance + i * PW,
                              p.epsilon ? p.epsilon + a : nullptr, p.aMean + a, p.aVariance + a, mean, variance);
                const bool rests = l == N && !p.active.at(t, b);
                const long to = l < N ? unit(t, b, l) + j0 : (m0 + i) * H + j0, before = b * H + j0;
                float* toMean = (l < N ? p.unitsMean : p.hMean) + to;
                float* toVariance = (l < N ? p.unitsVariance : p.hVariance) + to;
                float* toNoisy = l < N ? noisyUnits + (b * N + l) * H + j0 : noisyNow + before;
                const NoiseMoments noise = l < N ? p.noiseTransition : p.noiseRecurrent;
                vectors(cols, [&](long j, int w) {
                  vf m = load(mean + j, w), v = load(variance + j, w);
                  if (rests) {
                    m = load(meanBefore + before + j, w);
                    v = varianceBefore ? load(varianceBefore + before + j, w) : splat(0.0f);
                  }
                  store(toMean + j, m, w);
                  store(toVariance + j, v, w);
                  store(toNoisy + j, noisy(noise, m, v), w);
                });
              }
            }
          }
          pool.barrier(1 + part.group, part.members);
        }
      }
    });
  }

  void backward() {
    if (N < 1) return;
    const long T = p.T, B = p.B;
    const Weights rec = workspaces();
    const long room = halfRoom(B, H, 4);
    const HalfRooms rooms(pool, half, room);
    float* carryMean = pool.workspace(kCarry, step);
    float* carryVariance = pool.workspace(kCarrySecond, step);
    float* noisyState = pool.workspace(kNoisyState, T * step);  // V before each step and of all units, for the weights' gradient
    float* noisyUnits = pool.workspace(kNoisyUnits, T * N * step);
    const long work = (N + 1 + S) * H * H;

    parallelIf((double)T * B * work > 50000, pool, [&](int worker, int workers) {
      alignas(64) float outMean[PLAIN_ROWS * PW];
      alignas(64) float outVariance[PLAIN_ROWS * PW];
      packAll(rec, true, worker, workers);
      pool.barrier(0, workers);
      const Part part = partOf(chooseGrid(workers, B, H, (half ? 4 : 8) * work), worker, B, H);
      const long count = part.row1 - part.row0;
      const PlainChunks chunk(half, count);
      const HalfTiles tiles(pool, (int)chunk.tileRows, false);
      uint16_t* const mine = rooms.of(worker);
      const long c0 = part.panel0 * PW, cn = maximum(0, minimum(H, part.panel1 * PW) - c0);
      for (long b = part.row0; b < part.row1; b++)
        vectors(cn, [&](long j, int w) {
          store(carryMean + b * H + c0 + j, splat(0.0f), w);
          store(carryVariance + b * H + c0 + j, splat(0.0f), w);
        });

      for (long t = T - 1; t >= 0; t--) {
        for (long b = part.row0; b < part.row1; b++) newState(t, b, c0, cn, carryMean, carryVariance);
        pool.barrier(1 + part.group, part.members);
        const float* meanBefore = t ? p.hMean + (t - 1) * step : p.h0;
        const float* varianceBefore = t ? p.hVariance + (t - 1) * step : p.h0Variance;
        for (long l = N - 1; l >= -1; l--) {
          const NoiseMoments noise = l < 0 ? p.noiseRecurrent : p.noiseTransition;
          // of the layer above, and where the state has two ways into the step, of the new state
          struct Slopes {
            PlainPanels mean, square;
            PlainRows ofMean, ofVariance;
          };
          auto slopes = [&](long layer, long k, long slot) -> Slopes {
            const PlainPanels mean = meanOf(rec, k), square = squareOf(rec, k);
            const long from = (t * B + part.row0) * row + layer * H;
            return {mean, square, mean.rows(p.daMean + from, row, count, mine, slot),
                    square.rows(p.daVariance + from, row, count, mine, slot + 1)};
          };
          const bool two = l < 0 && S;
          const Slopes above = slopes(l + 1, l + 1, 0), last = two ? slopes(N, N + 1, 2) : above;
          for (long b0 = part.row0; b0 < part.row1; b0 += chunk.rows) {
            const int r = (int)minimum(chunk.rows, part.row1 - b0);
            for (long q = part.panel0; q < part.panel1; q++) {
              const long j0 = q * PW, cols = minimum(PW, H - j0), width = roundUp(cols, W);
              auto back = [&](const Slopes& from, bool add) {
                from.mean.multiply(tiles, chunk.tileRows, from.ofMean, b0 - part.row0, r, q, width, add, outMean);
                from.square.multiply(tiles, chunk.tileRows, from.ofVariance, b0 - part.row0, r, q, width, add, outVariance);
              };
              back(above, false);
              if (two) back(last, true);
              for (int i = 0; i < r; i++) {
                const long b = b0 + i, at = b * H + j0;
                const float* mean = l < 0 ? meanBefore + at : p.unitsMean + unit(t, b, l) + j0;
                const float* variance = l >= 0 ? p.unitsVariance + unit(t, b, l) + j0 : varianceBefore ? varianceBefore + at : nullptr;
                float* toNoisy = l < 0 ? noisyState + t * step + at : noisyUnits + unit(t, b, l) + j0;
                const long a = (t * B + b) * row + l * H + j0;
                vectors(cols, [&](long j, int w) {
                  const vf m = load(mean + j, w), v = variance ? load(variance + j, w) : splat(0.0f);
                  store(toNoisy + j, noisy(noise, m, v), w);
                  const vf d = load(outVariance + i * PW + j, w);
                  const vf dm = load(outMean + i * PW + j, w) + (2.0f * noise.square) * m * d, dv = noise.variance * d;
                  if (l >= 0) return give(inner, a + j, w, {m, v}, {dm, dv});
                  store(carryMean + at + j, load(carryMean + at + j, w) + dm, w);
                  store(carryVariance + at + j, load(carryVariance + at + j, w) + dv, w);
                });
              }
            }
          }
          if (l >= 0) pool.barrier(1 + part.group, part.members);
        }
      }
    });

    auto addTo = [&](float* target, const float* source) {
      if (target) vectors(step, [&](long j, int w) { store(target + j, load(target + j, w) + load(source + j, w), w); });
    };
    addTo(p.dh0, carryMean);
    addTo(p.dh0Variance, carryVariance);
    weightGradients(noisyState, noisyUnits);
  }

  // of pre-activations [a, a + w) from that of their units
  void give(const MomentUnits& units, long a, int w, Pair unit, Pair d) const {
    units.backward(units.f, w, p.aMean + a, p.aVariance + a, p.epsilon ? p.epsilon + a : nullptr, unit, d, p.daMean + a, p.daVariance + a);
  }

  // of the pre-activations of the new state, units [c0, c0 + cn) of row b at step t
  void newState(long t, long b, long c0, long cn, float* carryMean, float* carryVariance) const {
    const long at = b * H + c0, here = t * step + at, a = (t * p.B + b) * row + N * H + c0;
    const bool active = p.active.at(t, b);
    vectors(cn, [&](long j, int w) {
      vf dm = load(carryMean + at + j, w) + load(p.dhMean + here + j, w);
      vf dv = load(carryVariance + at + j, w);
      if (p.dhVariance) dv += load(p.dhVariance + here + j, w);
      if (active) {
        give(last, a + j, w, {load(p.hMean + here + j, w), load(p.hVariance + here + j, w)}, {dm, dv});
        dm = dv = splat(0.0f);
      } else {
        store(p.daMean + a + j, splat(0.0f), w);
        store(p.daVariance + a + j, splat(0.0f), w);
      }
      store(carryMean + at + j, dm, w);  // past an inactive step the gradient flows on
      store(carryVariance + at + j, dv, w);
    });
  }

  void weightGradients(const float* noisyState, const float* noisyUnits) {
    const long T = p.T, B = p.B, I = p.I, M = T * B;
    float* noisyInput = pool.workspace(kNoisyInput, M * I);
    noisyVariance(pool, p.noiseInput, M * I, p.x, p.xVariance, noisyInput);
    SparseRows rows;
    const bool sparse = !half && !p.xVariance && findSparse(pool, p.x, M, I, rows);
    if (half) columnSums(pool, M, row, p.daMean, row, p.dbias, true);
    const float q = p.noiseInput.mean;
    const Rows states{p.hMean, 1, H, p.h0, B}, noisyStates{noisyState + step, 1, H, noisyState, B};
    auto addBlock = [&](Rows from, Rows noisyFrom, long k, long d, auto&& seen) {
      addMomentsWeightGradient(pool, M, H, H, noiseOf(k).mean, from, noisyFrom, p.daMean + d * H, p.daVariance + d * H, row, p.wRec + k * H,
                               p.dwRec + k * H, ld, seen);
    };
    // while a packed stretch of the gradients is in the cache: the bias and, from sparse inputs, W_in
    addBlock(states, noisyStates, 0, 0, [&](int factor, long panel, long k0, long kn, const float* packed) {
      if (factor == 0) addPanelSums(panel, kn, packed, H, p.dbias);
      if (!sparse) return;
      if (factor == 0) {
        addSparsePanel(rows, p.x, panel, k0, kn, packed, H, p.dwIn, [&](long, int) { return splat(q); });
      } else {
        addSparsePanel(rows, noisyInput, panel, k0, kn, packed, H, p.dwIn, [&](long at, int w) { return 2.0f * load(p.wIn + at, w); });
      }
    });
    for (long l = 1; l <= N; l++) {
      const long from = (l - 1) * H;
      addBlock({p.unitsMean + from, 1, N * H}, {noisyUnits + from, 1, N * H}, l, l,
               [&](int factor, long panel, long, long kn, const float* packed) {
                 if (factor == 0) addPanelSums(panel, kn, packed, H, p.dbias + l * H);
               });
    }
    auto nobody = [](int, long, long, long, const float*) {};
    if (S) addBlock(states, noisyStates, N + 1, N, nobody);
    if (!sparse)
      addMomentsWeightGradient(pool, M, I, H, q, {p.x, 1, I}, {noisyInput, 1, I}, p.daMean, p.daVariance, row, p.wIn, p.dwIn, H, nobody);
    addMomentsInputGradient(pool, M, I, H, row, p.noiseInput, p.x, p.wIn, p.daMean, p.daVariance, p.dx, p.dxVariance, false);
  }
};

static void momentsDeepRnnForward(const MomentsDeepRnn& p, Pool& pool) { MomentsDeepPass(p, pool).forward(); }
static void momentsDeepRnnBackward(const MomentsDeepRnn& p, Pool& pool) { MomentsDeepPass(p, pool).backward(); }

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
