// GRU over a whole sequence, forward and backward; gates r z n; u = h_{t-1} . m_rec in front of each gate.
//   r, z = logistic(x W + u U + b + bRec),  n = tanh(x W_n + b_n + r (u U_n + bRec_n))           resetAfter
//                                           n = tanh(x W_n + b_n + (r u) U_n + bRec_n)           otherwise
//   h~ = ((1 - z)(n . m_update) + z h_{t-1}) . m_cell,  h_t = zone h_{t-1} + (1 - zone) h~,  y_t = h_t . m_out
// As the LSTM: inputs are projected beforehand, the tiles of the gates become the state while they are in the
// first-level cache, one barrier a step. With the reset gate in front of the product, r must be known for all units
// before n: two products and two barriers.

namespace lethe {
namespace LETHE_ISA {
namespace {

// What both passes know of the recurrent side: gates that share a mask share an operand.
struct GruSides {
  static constexpr int G = 3;
  const Gru& p;
  const long step, GH;
  const int operands;
  const bool zoned;

  explicit GruSides(const Gru& p)
      : p(p),
        step((long)p.B * p.H),
        GH((long)G * p.H),
        operands(p.maskRecurrent.perGate() ? G : 1),
        zoned(p.zoneout.data || p.zoneoutRate != 0.0f) {}
  const float* before(long t) const { return t ? p.h + (t - 1) * step : p.h0; }
  // the recurrent weights of gate g from column `unit` on, or, transposed, their rows from there on
  Operand weights(int g, long unit, bool transposed) const {
    const long at = transposed ? unit * GH + g * p.H : g * p.H + unit;
    return {p.wRec + at, GH, transposed, p.maskWeight ? p.maskWeight + at : nullptr};
  }

  // gate g of a row: projection and product; the sums of the gates lie a chunk of tiles apart
  LETHE_INLINED vf sumOf(long row, const float* sums, int g, long j, long v, int w) const {
    return load(p.gates + row * GH + g * p.H + j, w) + load(sums + g * CHUNK * PW + v) + load(p.biasRec + g * p.H + j, w);
  }
  // from z and the candidate to the state, which `next` sees
  template <class Next>
  LETHE_INLINED void state(long t, long b, long j, int w, vf z, vf n, Next&& next) const {
    const long H = p.H, row = t * p.B + b;
    const vf hOld = load(before(t) + b * H + j, w);
    vf h = hOld;
    if (p.active.at(t, b)) {
      h = times((1.0f - z) * times(n, p.maskUpdate.row(t, b), j, w) + z * hOld, p.maskCell.row(t, b), j, w);
      if (zoned) {
        const vf zone = rateOr(p.zoneout.row(t, b), p.zoneoutRate, j, w);
        h = zone * hOld + (1.0f - zone) * h;
      }
    }
    store(p.h + row * H + j, h, w);
    if (p.y != p.h) store(p.y + row * H + j, times(h, p.maskOutput.row(t, b), j, w), w);
    next(j, w, h);
  }
  // units [j0, j0 + cols) of row b from the sums of all gates
  template <class Next>
  LETHE_INLINED void unitsAfter(long t, long b, const float* sums, long j0, long cols, Next&& next) const {
    const long H = p.H, row = t * p.B + b;
    vectors(cols, [&](long v, int w) {
      const long j = j0 + v;
      float* gates = p.gates + row * GH + j;
      const vf r = vsigmoid(sumOf(row, sums, 0, j, v, w)), z = vsigmoid(sumOf(row, sums, 1, j, v, w));
      const vf u = load(sums + 2 * CHUNK * PW + v) + load(p.biasRec + 2 * H + j, w);
      const vf n = vtanh(load(gates + 2 * H, w) + r * u);
      store(gates, r, w);
      store(gates + H, z, w);
      store(gates + 2 * H, n, w);
      store(p.recurrentCandidate + row * H + j, u, w);
      state(t, b, j, w, z, n, next);
    });
  }
  // reset gate in front of the product: r and z, and r u from the operand u of n
  LETHE_INLINED void gatesBefore(long t, long b, const float* sums, long j0, long cols, const float* u, float* reset) const {
    const long H = p.H, row = t * p.B + b;
    vectors(cols, [&](long v, int w) {
      const long j = j0 + v;
      float* gates = p.gates + row * GH + j;
      const vf r = vsigmoid(sumOf(row, sums, 0, j, v, w)), z = vsigmoid(sumOf(row, sums, 1, j, v, w));
      store(gates, r, w);
      store(gates + H, z, w);
      store(reset + j, r * load(u + j, w), w);
    });
  }
  template <class Next>
  LETHE_INLINED void candidateBefore(long t, long b, const float* sums, long j0, long cols, Next&& next) const {
    const long H = p.H, row = t * p.B + b;
    vectors(cols, [&](long v, int w) {
      const long j = j0 + v;
      float* gates = p.gates + row * GH + j;
      const vf n = vtanh(sumOf(row, sums, 2, j, v, w));
      store(gates + 2 * H, n, w);
      state(t, b, j, w, load(gates + H, w), n, next);
    });
  }

  // the gradients of the pre-activations but that of r without resetAfter; what flows past them stays in the carry of the row
  LETHE_INLINED void gradients(long t, long b, long j0, long cols, float* carry) const {
    const long H = p.H, row = t * p.B + b;
    const bool active = p.active.at(t, b);
    const float *outMask = p.maskOutput.row(t, b), *update = p.maskUpdate.row(t, b), *cell = p.maskCell.row(t, b);
    const float *zone = p.zoneout.row(t, b), *hBefore = before(t) + b * H;
    vectors(cols, [&](long v, int w) {
      const long j = j0 + v;
      float* c = carry + j;
      float* da = p.da + row * GH + j;
      float* daRec = p.daRec + row * H + j;
      const vf d = load(c, w) + times(load(p.dy + row * H + j, w), outMask, j, w);
      if (!active) {
        store(c, d, w);
        for (int g = 0; g < G; g++) store(da + g * H, splat(0.0f), w);
        store(daRec, splat(0.0f), w);
        return;
      }
      const float* gates = p.gates + row * GH + j;
      const vf r = load(gates, w), z = load(gates + H, w), n = load(gates + 2 * H, w), hOld = load(hBefore + j, w);
      vf dh = d, past = splat(0.0f);
      if (zoned) {
        past = d * rateOr(zone, p.zoneoutRate, j, w);
        dh -= past;
      }
      dh = times(dh, cell, j, w);
      const vf dz = dh * (hOld - times(n, update, j, w));
      const vf dan = times(dh * (1.0f - z), update, j, w) * (1.0f - n * n);
      store(c, past + dh * z, w);
      if (p.resetAfter) {
        const vf u = load(p.recurrentCandidate + row * H + j, w);
        store(da, dan * u * r * (1.0f - r), w);
        store(daRec, dan * r, w);
      } else {
        store(da, r, w);  // kept until the gradient of r u is known
      }
      store(da + H, dz * z * (1.0f - z), w);
      store(da + 2 * H, dan, w);
    });
  }
  // reset gate in front of the product: the gradient of r from that of r u, `back`, and that of u into the carry of the row
  LETHE_INLINED void resetGradients(long t, long b, long j0, long cols, const float* back, float* resets, float* carry) const {
    const long H = p.H, row = t * p.B + b;
    const bool active = p.active.at(t, b);
    const float *m = p.maskRecurrent.row(t, b, 2), *hBefore = before(t) + b * H;
    vectors(cols, [&](long v, int w) {
      const long j = j0 + v;
      float *dar = p.da + row * GH + j, *c = carry + j;
      const vf d = load(back + j, w), r = load(dar, w), u = times(load(hBefore + j, w), m, j, w);
      store(resets + row * H + j, r * u, w);
      store(dar, active ? d * u * r * (1.0f - r) : splat(0.0f), w);
      store(c, load(c, w) + times(d * r, m, j, w), w);
    });
  }
};

static void gruForward(const Gru& p, Pool& pool) {
  const GruSides side(p);
  constexpr int G = GruSides::G;
  const long T = p.T, B = p.B, H = p.H, step = side.step, GH = side.GH;
  const int operands = side.operands;
  projectInput(p, G, pool);
  float* weights = pool.workspace(kPackedRec, blocksSize(H, H, G));
  const HalfRooms rooms(pool, isHalf(pool), halfRoom(B, H, G));
  float* masked = p.maskRecurrent.data ? pool.workspace(kMaskedState, 2 * operands * step) : nullptr;
  float* reset = p.resetAfter ? nullptr : pool.workspace(kCarry, step);  // r u, the operand of n

  parallelIf((double)T * B * H * GH > 100000, pool, [&](int worker, int workers) {
    alignas(64) float out[G][CHUNK * PW];
    const UnitPart part = unitPart(worker, workers, B, H, 4 * H * GH, isHalf(pool));
    const HalfTiles tiles(pool, halfTileRows(part), true);
    const BlockPanels packed = packBlocks(weights, H, G, part, worker, workers, tiles, rooms.of(worker),
                                          [&](int g) { return side.weights(g, part.unit0, false); });

    // the operand of step t: state . mask
    auto mask = [&](long t, long b, long j, int w, vf h) {
      if (!masked || t >= T) return;
      float* to = masked + (t & 1) * operands * step + b * H + j;
      for (int g = 0; g < operands; g++) store(to + g * step, h * load(p.maskRecurrent.row(t, b, g) + j, w), w);
    };
    auto operandOf = [&](long t, int g) { return masked ? masked + ((t & 1) * operands + (operands > 1 ? g : 0)) * step : side.before(t); };
    for (long b = part.row0; b < part.row1; b++)
      vectors(part.units, [&](long j, int w) { mask(0, b, part.unit0 + j, w, load(p.h0 + b * H + part.unit0 + j, w)); });
    pool.barrier(0, workers);

    // gates [g0, g1) of all rows and units of this worker
    auto multiplyGates = [&](long t, int g0, int g1, const auto& operand, const auto& finish) {
      StepRows rows[G];
      for (int g = g0; g < g1; g++) {
        const bool same = g > g0 && operand(g) == operand(g - 1);
        rows[g] = same ? rows[g - 1] : stepRows(packed, part, operand(g) + part.row0 * H, H, g);
      }
      const long count = panels(part.units);
      const bool up = (t & 1) == 0;
      for (long m = 0; m < count; m++) {
        const long q = up ? m : count - 1 - m;
        for (long b0 = part.row0; b0 < part.row1; b0 += packed.chunk) {
          const long b1 = minimum(part.row1, b0 + packed.chunk);
          for (int g = g0; g < g1; g++) blockTiles(packed, q, g, rows[g], b0 - part.row0, b1 - b0, 0, up, false, out[g]);
          for (long b = b0; b < b1; b++) finish(b, out[0] + (b - b0) * PW, part.unit0 + q * PW, minimum(PW, part.units - q * PW));
        }
      }
      pool.barrier(1 + part.group, part.members);
    };

    for (long t = 0; t < T; t++) {
      auto operand = [&](int g) { return operandOf(t, g); };
      auto next = [&, t](long b) { return [&, t, b](long j, int w, vf h) { mask(t + 1, b, j, w, h); }; };
      if (p.resetAfter) {
        multiplyGates(t, 0, G, operand,
                      [&](long b, const float* sums, long j0, long cols) { side.unitsAfter(t, b, sums, j0, cols, next(b)); });
      } else {
        multiplyGates(t, 0, 2, operand, [&](long b, const float* sums, long j0, long cols) {
          side.gatesBefore(t, b, sums, j0, cols, operandOf(t, 2) + b * H, reset + b * H);
        });
        multiplyGates(
            t, 2, G, [&](int) { return static_cast<const float*>(reset); },
            [&](long b, const float* sums, long j0, long cols) { side.candidateBefore(t, b, sums, j0, cols, next(b)); });
      }
    }
  });
}

static void gruBackward(const Gru& p, Pool& pool) {
  const GruSides side(p);
  constexpr int G = GruSides::G;
  const long T = p.T, B = p.B, H = p.H, step = side.step, GH = side.GH;
  const bool after = p.resetAfter;
  float* weights = pool.workspace(kPackedRec, blocksSize(H, H, G));
  const HalfRooms rooms(pool, isHalf(pool), halfRoom(B, H, 1));
  float* carry = pool.workspace(kCarry, step);
  // reset gate in front of the product: the gradient of r u, and r u of all steps for the gradient of the weights
  float* resets = after ? nullptr : pool.workspace(kResets, (T + 1) * step);
  float* back = after ? nullptr : resets + T * step;

  parallelIf((double)T * B * H * GH > 100000, pool, [&](int worker, int workers) {
    alignas(64) float out[CHUNK * PW];
    const UnitPart part = unitPart(worker, workers, B, H, 4 * H * GH, isHalf(pool));
    const long u0 = part.unit0, un = part.units;
    const HalfTiles tiles(pool, halfTileRows(part), true);
    const BlockPanels packed =
        packBlocks(weights, H, G, part, worker, workers, tiles, rooms.of(worker), [&](int g) { return side.weights(g, u0, true); });
    for (long b = part.row0; b < part.row1; b++)
      vectors(un, [&](long j, int w) {
        const long at = b * H + u0 + j;
        store(carry + at, p.dhLast ? load(p.dhLast + at, w) : splat(0.0f), w);
      });
    pool.barrier(0, workers);

    // add(b, j0, cols, sum) gets the product of gate g of the gradients with its weights
    auto multiplyGate = [&](long t, int g, const float* a, long rs, const auto& add) {
      const StepRows rows = stepRows(packed, part, a + part.row0 * rs, rs);
      const long count = panels(un);
      const bool up = (t & 1) == 0;
      for (long m = 0; m < count; m++) {
        const long q = up ? m : count - 1 - m, j0 = u0 + q * PW, cols = minimum(PW, un - q * PW);
        for (long b0 = part.row0; b0 < part.row1; b0 += packed.chunk) {
          const long r = minimum(packed.chunk, part.row1 - b0), tile0 = (b0 - part.row0) / packed.tileRows;
          blockTiles(packed, q, g, rows, b0 - part.row0, r, tile0, up, false, out);
          for (long i = 0; i < r; i++) add(b0 + i, j0, cols, out + i * PW);
        }
      }
    };

    for (long t = T - 1; t >= 0; t--) {
      for (long b = part.row0; b < part.row1; b++) side.gradients(t, b, u0, un, carry + b * H);
      pool.barrier(1 + part.group, part.members);
      auto addToCarry = [&](int g) {
        return [&, g](long b, long j0, long cols, const float* sum) {
          float* c = carry + b * H + j0;
          const float* m = p.maskRecurrent.row(t, b, g);
          vectors(cols, [&](long v, int w) { store(c + v, load(c + v, w) + times(load(sum + v, w), m, j0 + v, w), w); });
        };
      };
      const float* da = p.da + t * B * GH;
      if (after) {
        multiplyGate(t, 2, p.daRec + t * step, H, addToCarry(2));
      } else {
        // d(r u) = da_n U_n^T gives the gradients of r and of u
        multiplyGate(t, 2, da + 2 * H, GH, [&](long b, long j0, long cols, const float* sum) {
          vectors(cols, [&](long v, int w) { store(back + b * H + j0 + v, load(sum + v, w), w); });
        });
        for (long b = part.row0; b < part.row1; b++) side.resetGradients(t, b, u0, un, back + b * H, resets, carry + b * H);
        pool.barrier(1 + part.group, part.members);
      }
      multiplyGate(t, 0, da, GH, addToCarry(0));
      multiplyGate(t, 1, da + H, GH, addToCarry(1));
    }
  });

  if (p.dh0) vectors(step, [&](long j, int w) { store(p.dh0 + j, load(p.dh0 + j, w) + load(carry + j, w), w); });
  const long M = T * B;
  auto bias = [](float* to, long n) {
    return [=](int, long panel, long, long kn, const float* packed) { addPanelSums(panel, kn, packed, n, to); };
  };
  auto weightGradient = [&](int g, long n, Rows rows, const float* d, long ldd) {
    const float* mask = p.maskWeight ? p.maskWeight + g * H : nullptr;
    addWeightGradient(pool, M, H, n, rows, d, ldd, mask, p.dwRec + g * H, GH, bias(p.dbiasRec + g * H, n), p.fresh);
    if (isHalf(pool)) columnSums(pool, M, n, d, ldd, p.dbiasRec + g * H, true);
  };
  if (side.operands > 1) {
    for (int g = 0; g < 2; g++) weightGradient(g, H, statesBefore(pool, p, g), p.da + g * H, GH);
  } else {
    weightGradient(0, 2 * H, statesBefore(pool, p, 0), p.da, GH);
  }
  if (after) {
    weightGradient(2, H, statesBefore(pool, p, 2), p.daRec, H);
  } else {
    weightGradient(2, H, {resets, 1, H}, p.da + 2 * H, GH);
  }
  inputGradients(p, G, pool);
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
