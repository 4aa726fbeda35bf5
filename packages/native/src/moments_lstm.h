// Fast dropout through the LSTM: gates i f g o by logistic and tanh moments, then products of independents,
//   c_t = f c_{t-1} + i g,  h_t = o tanh(c_t), tanh by its moments.
// With epsilon the gates are drawn, plain numbers, and so are c and h.

namespace lethe {
namespace LETHE_ISA {
namespace {

template <Form F>
struct LstmMoments {
  static constexpr int G = 4;
  static constexpr int column(int g) { return g; }

  const MomentsLstm& p;
  float *carryMean, *carryVariance;  // gradient of c, backward
  GateMoments<F> moments;
  const long H, step, ld;

  LstmMoments(const MomentsLstm& p, float* carry)
      : p(p),
        carryMean(carry),
        carryVariance(carry ? carry + (long)p.B * p.H : nullptr),
        moments(p.f),
        H(p.H),
        step((long)p.B * p.H),
        ld(4 * (long)p.H) {}

  float* recurrentBias() const { return nullptr; }
  Pair cellBefore(long t, long at, int w) const {
    return t ? loadPair(p.cMean + (t - 1) * step, p.cVariance + (t - 1) * step, at, w) : loadPair(p.c0, p.c0Variance, at, w);
  }

  // The state of units j.. of row b after step t, from the recurrent sums.
  Pair forward(long t, long b, long j, int w, bool active, const Pair* sums) const {
    const long row = t * p.B + b, at = b * H + j;
    const Pair before = cellBefore(t, at, w);
    Pair a[G];
#pragma GCC unroll 4
    for (int g = 0; g < G; g++) {
      const long here = row * ld + g * H + j;
      a[g] = loadPair(p.aMean, p.aVariance, here, w) + sums[g];
      storePair(p.aMean, p.aVariance, here, a[g], w);
    }
    Pair c, h;
    if (!active) {
      c = before;
      h = t ? loadPair(p.hMean + (t - 1) * step, p.hVariance + (t - 1) * step, at, w) : loadPair(p.h0, p.h0Variance, at, w);
    } else if (p.epsilon) {
      const float* e = p.epsilon + row * ld + j;
      const vf i = vsigmoid(drawn(a[0], load(e, w))), f = vsigmoid(drawn(a[1], load(e + H, w)));
      const vf g = vtanh(drawn(a[2], load(e + 2 * H, w))), o = vsigmoid(drawn(a[3], load(e + 3 * H, w)));
      c = {f * before.mean + i * g, splat(0.0f)};
      h = {o * vtanh(c.mean), splat(0.0f)};
    } else {
      c = independent(moments.gate(a[1]), before) + independent(moments.gate(a[0]), moments.squash(a[2]));
      h = independent(moments.gate(a[3]), moments.squash(c));
    }
    storePair(p.cMean, p.cVariance, row * H + j, c, w);
    return h;
  }

  void begin(long at, int w) const {
    store(carryMean + at, p.dcMeanLast ? load(p.dcMeanLast + at, w) : splat(0.0f), w);
    store(carryVariance + at, p.dcVarianceLast ? load(p.dcVarianceLast + at, w) : splat(0.0f), w);
  }

  // Gradients of the pre-activations from that of the state; returns what flows past them to the state before.
  Pair backward(long t, long b, long j, int w, Pair d) const {
    const long row = t * p.B + b, at = b * H + j, here = row * ld + j;
    const Pair before = cellBefore(t, at, w), c = loadPair(p.cMean, p.cVariance, row * H + j, w);
    Pair a[G], da[G];
#pragma GCC unroll 4
    for (int g = 0; g < G; g++) a[g] = loadPair(p.aMean, p.aVariance, here + g * H, w);
    Pair dc = loadPair(carryMean, carryVariance, at, w);
    if (p.epsilon) {
      const float* e = p.epsilon + here;
      vf x[G];
#pragma GCC unroll 4
      for (int g = 0; g < G; g++) x[g] = load(e + g * H, w);
      const vf i = vsigmoid(drawn(a[0], x[0])), f = vsigmoid(drawn(a[1], x[1])), g = vtanh(drawn(a[2], x[2])),
               o = vsigmoid(drawn(a[3], x[3]));
      const vf tc = vtanh(c.mean), dcm = dc.mean + d.mean * o * (1.0f - tc * tc);
      da[0] = drawnBackward(a[0], x[0], dcm * g * i * (1.0f - i));
      da[1] = drawnBackward(a[1], x[1], dcm * before.mean * f * (1.0f - f));
      da[2] = drawnBackward(a[2], x[2], dcm * i * (1.0f - g * g));
      da[3] = drawnBackward(a[3], x[3], d.mean * tc * o * (1.0f - o));
      dc = {dcm * f, splat(0.0f)};
    } else {
      const Pair i = moments.gate(a[0]), f = moments.gate(a[1]), g = moments.squash(a[2]), o = moments.gate(a[3]), tc = moments.squash(c);
      dc = dc + moments.squashBackward(c, tc, independentBackward(tc, o, d));
      da[3] = moments.gateBackward(a[3], o, independentBackward(o, tc, d));
      da[0] = moments.gateBackward(a[0], i, independentBackward(i, g, dc));
      da[2] = moments.squashBackward(a[2], g, independentBackward(g, i, dc));
      da[1] = moments.gateBackward(a[1], f, independentBackward(f, before, dc));
      dc = independentBackward(before, f, dc);
    }
#pragma GCC unroll 4
    for (int g = 0; g < G; g++) storePair(p.daMean, p.daVariance, here + g * H, da[g], w);
    storePair(carryMean, carryVariance, at, dc, w);
    return {splat(0.0f), splat(0.0f)};
  }
};

// Calls body with the cell in the form asked for.
template <template <Form> class Cell, class Params, class Body>
static void inForm(const Params& p, float* carry, Body&& body) {
  switch (CHOOSES_LATE ? Form::gaussHermite : p.f.form) {
    case Form::wangManning: return body(Cell<Form::wangManning>(p, carry));
    case Form::probit: return body(Cell<Form::probit>(p, carry));
    case Form::daunizeau: return body(Cell<Form::daunizeau>(p, carry));
    default: return body(Cell<Form::gaussHermite>(p, carry));
  }
}

static void momentsLstmForward(const MomentsLstm& p, Pool& pool) {
  inForm<LstmMoments>(p, nullptr, [&](const auto& cell) { momentsGatesForward(cell, pool); });
}

static void momentsLstmBackward(const MomentsLstm& p, Pool& pool) {
  const long step = (long)p.B * p.H;
  float* carry = pool.workspace(kCarrySecond, 2 * step);
  inForm<LstmMoments>(p, carry, [&](const auto& cell) { momentsGatesBackward(cell, pool); });
  vectors(step, [&](long j, int w) {
    if (p.dc0) store(p.dc0 + j, load(p.dc0 + j, w) + load(carry + j, w), w);
    if (p.dc0Variance) store(p.dc0Variance + j, load(p.dc0Variance + j, w) + load(carry + step + j, w), w);
  });
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
