// Functions of units of several pieces, maxout and lp, beside the activations of one piece; and units of a whole array of pieces.

namespace lethe {
namespace LETHE_ISA {
namespace {

LETHE_INLINE bool pools(Transfer f) { return f == Transfer::maxout || f == Transfer::lp; }

// What units of several pieces are made of, a piece after the other.
struct Pieces {
  Transfer f;
  int doublings;
  long count;

  // The largest piece so far, of lp units the largest without its sign; not a number stays so.
  LETHE_INLINED vf with(bool first, vf all, vf a) const {
    if (f != Transfer::maxout) a = vabs(a);
    if (first) return a;
    const vf larger = vmax(all, a);
    return all == all ? larger : all;
  }
  // The unit from the largest and the pieces. Those of lp units are raised to their power as shares of the largest: 5^64 is more than the
  // largest float, .2^64 less than the smallest.
  template <class Piece>
  LETHE_INLINED vf value(vf largest, Piece&& piece) const {
    if (f == Transfer::maxout) return largest;
    const vf whole = largest > 0.0f ? largest : splat(1.0f);
    vf sum = splat(0.0f);
    for (long c = 0; c < count; c++) {
      vf r = vabs(piece(c)) / whole;
      for (int i = 0; i < doublings; i++) r *= r;
      sum += r;
    }
    sum *= share();
    for (int i = 0; i < doublings; i++) sum = vsqrt(sum);
    return largest * sum;
  }
  // What a piece gets of the gradient d of its unit, the pieces one after the other: of maxout the first of the largest has all of it,
  // and nothing is left of d.
  LETHE_INLINED vf give(vf unit, vf a, vf& d) const {
    if (f != Transfer::maxout) return d * slopeOf(unit, a);
    const vf own = a == unit ? d : splat(0.0f);
    d = a == unit ? splat(0.0f) : d;
    return own;
  }

 private:
  LETHE_INLINED float share() const { return 1.0f / (float)count; }
  // d unit / d piece of an lp unit: sign(a) r^(order - 1) / pieces, r = |a| / unit
  LETHE_INLINED vf slopeOf(vf unit, vf a) const {
    vf r = unit > 0.0f ? vabs(a) / unit : splat(0.0f);
    vf s = splat(share());
    for (int i = 0; i < doublings; i++) {
      s *= r;
      r *= r;
    }
    return unit > 0.0f ? withSign(s, a) : splat(0.0f);
  }
};

template <Activation A>
struct As {
  static constexpr Activation f = A;
};

// Calls body with the activation for a template's argument, which `chosen` then asks for; functions of several pieces count as the
// identity.
template <class Body>
LETHE_INLINE void withActivation(Transfer f, Body&& body) {
  switch (CHOOSES_LATE ? Transfer::tanh : f) {
    case Transfer::tanh: return body(As<Activation::tanh>{});
    case Transfer::sigmoid: return body(As<Activation::sigmoid>{});
    case Transfer::relu: return body(As<Activation::relu>{});
    default: return body(As<Activation::identity>{});
  }
}

// f'(a) of a unit of one piece, from the unit.
LETHE_INLINE vf slopeBy(Transfer f, vf n) {
  switch (f) {
    case Transfer::tanh: return slope(Activation::tanh, n);
    case Transfer::sigmoid: return slope(Activation::sigmoid, n);
    case Transfer::relu: return slope(Activation::relu, n);
    default: return splat(1.0f);
  }
}

static Pieces piecesOf(const TransferUnits& p) { return {p.activation, (int)minimum(p.doublings, 8), p.P}; }

static void transferForward(const TransferUnits& p, Pool& pool) {
  if (p.P < 1) return;
  const Pieces pieces = piecesOf(p);
  const long H = p.H, row = (long)p.P * H;
  parallelIf((double)p.M * row > 8192, pool, [&](int worker, int workers) {
    const Range range = share(p.M, worker, workers);
    for (long m = range.begin; m < range.end; m++) {
      const float* a = p.a + m * row;
      float* units = p.units + m * H;
      if (!pools(p.activation)) {
        withActivation(p.activation, [&](auto as) {
          vectors(H,
                  [&](long j, int w) { store(units + j, activate(chosen<decltype(as)::f>((Activation)p.activation), load(a + j, w)), w); });
        });
        continue;
      }
      vectors(H, [&](long j, int w) {
        vf all = splat(0.0f);
        for (long c = 0; c < p.P; c++) all = pieces.with(c == 0, all, load(a + c * H + j, w));
        store(units + j, pieces.value(all, [&](long c) { return load(a + c * H + j, w); }), w);
      });
    }
  });
}

static void transferBackward(const TransferUnits& p, Pool& pool) {
  if (p.P < 1) return;
  const Pieces pieces = piecesOf(p);
  const long H = p.H, row = (long)p.P * H;
  parallelIf((double)p.M * row > 8192, pool, [&](int worker, int workers) {
    const Range range = share(p.M, worker, workers);
    for (long m = range.begin; m < range.end; m++) {
      const float *a = p.a + m * row, *units = p.units + m * H, *dUnits = p.dUnits + m * H;
      float* da = p.da + m * row;
      vectors(H, [&](long j, int w) {
        const vf unit = load(units + j, w);
        vf d = load(dUnits + j, w);
        if (!pools(p.activation)) return store(da + j, load(da + j, w) + d * slopeBy(p.activation, unit), w);
        for (long c = 0; c < p.P; c++) {
          float* to = da + c * H + j;
          store(to, load(to, w) + pieces.give(unit, load(a + c * H + j, w), d), w);
        }
      });
    }
  });
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
