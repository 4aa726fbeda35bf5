// LSTM over a whole sequence, forward and backward; gates i f g o.
//   a_t = (x_t . m_in)(W_in . m_win) + (h_{t-1} . m_rec)(W_rec . m_w) + b
//   c~ = (f c_{t-1} + i (g . m_update)) . m_cell,  h~ = o tanh(c~)
//   c_t = zc c_{t-1} + (1 - zc) c~,  h_t = z h_{t-1} + (1 - z) h~,  y_t = h_t . m_out
// All inputs are projected beforehand into the array of the gates. In a step the tiles of the four gates, still in the
// first-level cache, become gates, state and the masked operand of the next step: one barrier, forward and backward.

namespace lethe {
namespace LETHE_ISA {
namespace {

LETHE_INLINE vf rateOr(const float* zone, float rate, long j, int w) { return zone ? load(zone + j, w) : splat(rate); }
LETHE_INLINE vf times(vf v, const float* mask, long j, int w) { return mask ? v * load(mask + j, w) : v; }

// The zoneouts that there are.
struct LstmZones {
  const bool state, cell;
  explicit LstmZones(const Lstm& p)
      : state(p.zoneout.data || p.zoneoutRate != 0.0f), cell(p.zoneoutCell.data || p.zoneoutCellRate != 0.0f) {}
};

// Units [j0, j0 + cols) of row b at step t, from `sum`, their rows in the tiles of the gates; `next` sees the new state.
template <class Next>
LETHE_INLINE void lstmUnits(const Lstm& p, LstmZones zoned, long t, long b, long j0, long cols, const float* sum, Next&& next) {
  const long H = p.H, step = p.B * H, GH = 4 * H, row = t * p.B + b;
  const float* hBefore = (t ? p.h + (t - 1) * step : p.h0) + b * H;
  const float* cBefore = (t ? p.c + (t - 1) * step : p.c0) + b * H;
  const bool active = p.active.at(t, b);
  const float *update = p.maskUpdate.row(t, b), *cell = p.maskCell.row(t, b), *output = p.maskOutput.row(t, b);
  const float *zone = p.zoneout.row(t, b), *zoneCell = p.zoneoutCell.row(t, b);
  vectors(cols, [&](long v, int w) {
    const long j = j0 + v;
    const vf hOld = load(hBefore + j, w), cOld = load(cBefore + j, w);
    vf h = hOld, c = cOld;
    if (active) {
      float* gates = p.gates + row * GH + j;
      const vf in = vsigmoid(load(gates, w) + load(sum + v));
      const vf f = vsigmoid(load(gates + H, w) + load(sum + CHUNK * PW + v));
      const vf g = vtanh(load(gates + 2 * H, w) + load(sum + 2 * CHUNK * PW + v));
      const vf o = vsigmoid(load(gates + 3 * H, w) + load(sum + 3 * CHUNK * PW + v));
      store(gates, in, w);
      store(gates + H, f, w);
      store(gates + 2 * H, g, w);
      store(gates + 3 * H, o, w);
      c = times(f * cOld + in * times(g, update, j, w), cell, j, w);
      h = o * vtanh(c);
      if (zoned.cell) {
        const vf z = rateOr(zoneCell, p.zoneoutCellRate, j, w);
        c = z * cOld + (1.0f - z) * c;
      }
      if (zoned.state) {
        const vf z = rateOr(zone, p.zoneoutRate, j, w);
        h = z * hOld + (1.0f - z) * h;
      }
    }
    store(p.c + row * H + j, c, w);
    store(p.h + row * H + j, h, w);
    if (p.y != p.h) store(p.y + row * H + j, times(h, output, j, w), w);
    next(j, w, h);
  });
}

static void lstmForward(const Lstm& p, Pool& pool) {
  constexpr int G = 4;
  const long T = p.T, B = p.B, H = p.H, step = B * H, GH = G * H;
  projectInput(p, G, pool);
  // One step of few rows, as in sampling, reads the recurrent weights once, where they lie: no panels, no products below.
  const bool thin = T == 1 && B <= THIN && !p.maskRecurrent.perGate();
  if (thin) addRecurrent(p, G, pool);
  float* weights = pool.workspace(kPackedRec, blocksSize(H, H, G));
  const int operands = p.maskRecurrent.perGate() ? G : 1;
  const HalfRooms rooms(pool, isHalf(pool), halfRoom(B, H, operands));
  float* masked = p.maskRecurrent.data ? pool.workspace(kMaskedState, 2 * operands * step) : nullptr;
  const LstmZones zoned(p);

  parallelIf((double)T * B * H * GH > 100000, pool, [&](int worker, int workers) {
    alignas(64) float out[G][CHUNK * PW];
    if (thin) __builtin_memset(out, 0, sizeof out);
    const UnitPart part = unitPart(worker, workers, B, H, 4 * H * GH, isHalf(pool));
    const HalfTiles tiles(pool, halfTileRows(part), true);
    const BlockPanels packed = packBlocks(weights, thin ? 0 : H, G, part, worker, workers, tiles, rooms.of(worker), [&](int g) {
      const long at = g * H + part.unit0;
      return Operand{p.wRec + at, GH, false, p.maskWeight ? p.maskWeight + at : nullptr};
    });

    // the operand of step t: state . mask
    auto mask = [&](long t, long b, long j, int w, vf h) {
      if (!masked || t >= T) return;
      float* to = masked + (t & 1) * operands * step + b * H + j;
      for (int g = 0; g < operands; g++) store(to + g * step, h * load(p.maskRecurrent.row(t, b, g) + j, w), w);
    };
    for (long b = part.row0; b < part.row1; b++)
      vectors(part.units, [&](long j, int w) { mask(0, b, part.unit0 + j, w, load(p.h0 + b * H + part.unit0 + j, w)); });
    pool.barrier(0, workers);

    for (long t = 0; t < T; t++) {
      const float* operand = masked ? masked + (t & 1) * operands * step : t ? p.h + (t - 1) * step : p.h0;
      StepRows rows[G];
      for (int g = 0; g < operands && !thin; g++) rows[g] = stepRows(packed, part, operand + g * step + part.row0 * H, H, g);
      const long count = panels(part.units);
      const bool up = (t & 1) == 0;
      for (long n = 0; n < count; n++) {
        const long q = up ? n : count - 1 - n;
        for (long b0 = part.row0; b0 < part.row1; b0 += packed.chunk) {
          const long b1 = minimum(part.row1, b0 + packed.chunk);
          for (int g = 0; g < G && !thin; g++)
            blockTiles(packed, q, g, rows[operands > 1 ? g : 0], b0 - part.row0, b1 - b0, 0, up, false, out[g]);
          for (long b = b0; b < b1; b++)
            lstmUnits(p, zoned, t, b, part.unit0 + q * PW, minimum(PW, part.units - q * PW), out[0] + (b - b0) * PW,
                      [&](long j, int w, vf h) { mask(t + 1, b, j, w, h); });
        }
      }
      pool.barrier(1 + part.group, part.members);
    }
  });
}

// The gradients of the pre-activations of units [u0, u0 + un) of row b at step t, from that of the state; what flows past them stays in
// the carries of the row.
LETHE_INLINE void lstmGradients(const Lstm& p, LstmZones zoned, long t, long b, long u0, long un, float* carryH, float* carryC) {
  constexpr int G = 4;
  const long H = p.H, step = p.B * H, GH = G * H, row = t * p.B + b;
  const bool active = p.active.at(t, b);
  const float* outMask = p.maskOutput.row(t, b);
  const float *update = p.maskUpdate.row(t, b), *cell = p.maskCell.row(t, b);
  const float *zone = p.zoneout.row(t, b), *zoneCell = p.zoneoutCell.row(t, b);
  const float* cBefore = (t ? p.c + (t - 1) * step : p.c0) + b * H;
  vectors(un, [&](long j, int w) {
    const long u = u0 + j;
    float* ch = carryH + u;
    const vf d = load(ch, w) + times(load(p.dy + row * H + u, w), outMask, u, w);
    float* da = p.da + row * GH + u;
    if (!active) {
      store(ch, d, w);
      for (int g = 0; g < G; g++) store(da + g * H, splat(0.0f), w);
      return;
    }
    const float* gates = p.gates + row * GH + u;
    const vf i = load(gates, w), f = load(gates + H, w), g = load(gates + 2 * H, w), o = load(gates + 3 * H, w);
    const vf cOld = load(cBefore + u, w), candidate = times(g, update, u, w);
    const vf tc = vtanh(times(f * cOld + i * candidate, cell, u, w));
    vf dh = d, dc = load(carryC + u, w), pastH = splat(0.0f), pastC = splat(0.0f);
    if (zoned.state) {
      pastH = d * rateOr(zone, p.zoneoutRate, u, w);
      dh -= pastH;
    }
    if (zoned.cell) {
      pastC = dc * rateOr(zoneCell, p.zoneoutCellRate, u, w);
      dc -= pastC;
    }
    dc = times(dc + dh * o * (1.0f - tc * tc), cell, u, w);
    store(ch, pastH, w);
    store(carryC + u, pastC + dc * f, w);
    store(da, dc * candidate * i * (1.0f - i), w);
    store(da + H, dc * cOld * f * (1.0f - f), w);
    store(da + 2 * H, times(dc * i, update, u, w) * (1.0f - g * g), w);
    store(da + 3 * H, dh * tc * o * (1.0f - o), w);
  });
}

static void lstmBackward(const Lstm& p, Pool& pool) {
  constexpr int G = 4;
  const long T = p.T, B = p.B, H = p.H, step = B * H, GH = G * H;
  const int blocks = p.maskRecurrent.perGate() ? G : 1;  // gates with a mask of their own are products of their own
  float* weights = pool.workspace(kPackedRec, blocksSize(GH / blocks, H, blocks));
  const HalfRooms rooms(pool, isHalf(pool), halfRoom(B, GH / blocks, blocks));
  float* carryH = pool.workspace(kCarry, step);
  float* carryC = pool.workspace(kCarrySecond, step);
  const LstmZones zoned(p);

  parallelIf((double)T * B * H * GH > 100000, pool, [&](int worker, int workers) {
    alignas(64) float out[CHUNK * PW];
    const UnitPart part = unitPart(worker, workers, B, H, 4 * H * GH, isHalf(pool));
    const long u0 = part.unit0, un = part.units, K = GH / blocks;
    const HalfTiles tiles(pool, halfTileRows(part), true);
    const BlockPanels packed = packBlocks(weights, K, blocks, part, worker, workers, tiles, rooms.of(worker), [&](int g) {
      const long at = u0 * GH + g * H;
      return Operand{p.wRec + at, GH, true, p.maskWeight ? p.maskWeight + at : nullptr};
    });
    for (long b = part.row0; b < part.row1; b++)
      vectors(un, [&](long j, int w) {
        const long at = b * H + u0 + j;
        store(carryH + at, p.dhLast ? load(p.dhLast + at, w) : splat(0.0f), w);
        store(carryC + at, p.dcLast ? load(p.dcLast + at, w) : splat(0.0f), w);
      });
    pool.barrier(0, workers);

    for (long t = T - 1; t >= 0; t--) {
      for (long b = part.row0; b < part.row1; b++) lstmGradients(p, zoned, t, b, u0, un, carryH + b * H, carryC + b * H);
      pool.barrier(1 + part.group, part.members);
      if (t == 0 && !p.dh0) break;  // nobody wants the gradient of the state before the first step
      StepRows rows[G];
      for (int g = 0; g < blocks; g++) rows[g] = stepRows(packed, part, p.da + (t * B + part.row0) * GH + g * H, GH, g);
      const long count = panels(un);
      const bool up = (t & 1) == 0;
      for (long n = 0; n < count; n++) {
        const long q = up ? n : count - 1 - n, j0 = u0 + q * PW, cols = minimum(PW, un - q * PW);
        for (long b0 = part.row0; b0 < part.row1; b0 += packed.chunk) {
          const long r = minimum(packed.chunk, part.row1 - b0), tile0 = (b0 - part.row0) / packed.tileRows;
          for (int g = 0; g < blocks; g++) {
            blockTiles(packed, q, g, rows[g], b0 - part.row0, r, tile0, up, false, out);
            for (long i = 0; i < r; i++) {
              float* ch = carryH + (b0 + i) * H + j0;
              const float* m = p.maskRecurrent.row(t, b0 + i, g);
              vectors(cols, [&](long j, int w) { store(ch + j, load(ch + j, w) + times(load(out + i * PW + j, w), m, j0 + j, w), w); });
            }
          }
        }
      }
    }
  });

  vectors(step, [&](long j, int w) {
    if (p.dh0) store(p.dh0 + j, load(p.dh0 + j, w) + load(carryH + j, w), w);
    if (p.dc0) store(p.dc0 + j, load(p.dc0 + j, w) + load(carryC + j, w), w);
  });
  for (int g = 0; g < blocks; g++) {
    const long n = GH / blocks;
    addWeightGradient(
        pool, T * B, H, n, statesBefore(pool, p, g), p.da + g * n, GH, p.maskWeight ? p.maskWeight + g * n : nullptr, p.dwRec + g * n, GH,
        [](int, long, long, long, const float*) {}, p.fresh);
  }
  inputGradients(p, G, pool);
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
