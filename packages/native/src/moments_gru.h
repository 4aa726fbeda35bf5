// Fast dropout through the GRU, the reset gate after the product. Pre-activations: r, z, the candidate's input side
// and its recurrent side u; a_n = input side + r u,  n = tanh(a_n) by its moments, and, z shared by both terms,
//   mean h_t = (1-mz) mn + mz mh,  variance h_t = (1-mz)^2 vn + mz^2 vh + vz ((mn-mh)^2 + vn + vh).
// With epsilon the four are drawn, plain numbers, and so are n and h.

namespace lethe {
namespace LETHE_ISA {
namespace {

template <Form F>
struct GruMoments {
  static constexpr int G = 3;
  static constexpr int column(int g) { return g < 2 ? g : 3; }

  const MomentsGru& p;
  GateMoments<F> moments;
  const long H, step, ld;

  GruMoments(const MomentsGru& p, float*) : p(p), moments(p.f), H(p.H), step((long)p.B * p.H), ld(4 * (long)p.H) {}

  float* recurrentBias() const { return p.dbiasRec; }
  Pair stateBefore(long t, long at, int w) const {
    return t ? loadPair(p.hMean + (t - 1) * step, p.hVariance + (t - 1) * step, at, w) : loadPair(p.h0, p.h0Variance, at, w);
  }

  // The state of units j.. of row b after step t, from the recurrent sums.
  Pair forward(long t, long b, long j, int w, bool active, const Pair* sums) const {
    const long here = (t * p.B + b) * ld + j;
    const Pair before = stateBefore(t, b * H + j, w);
    Pair a[4];
#pragma GCC unroll 4
    for (int g = 0; g < G; g++) {
      const Pair recurrent = {sums[g].mean + load(p.biasRec + g * H + j, w), sums[g].variance};
      const long at = here + column(g) * H;
      a[column(g)] = g < 2 ? recurrent + loadPair(p.aMean, p.aVariance, at, w) : recurrent;
      storePair(p.aMean, p.aVariance, at, a[column(g)], w);
    }
    a[2] = loadPair(p.aMean, p.aVariance, here + 2 * H, w);
    if (!active) return before;
    if (p.epsilon) {
      const float* e = p.epsilon + here;
      const vf r = vsigmoid(drawn(a[0], load(e, w))), z = vsigmoid(drawn(a[1], load(e + H, w)));
      const vf n = vtanh(drawn(a[2], load(e + 2 * H, w)) + r * drawn(a[3], load(e + 3 * H, w)));
      return {(1.0f - z) * n + z * before.mean, splat(0.0f)};
    }
    const Pair z = moments.gate(a[1]), n = moments.squash(a[2] + independent(moments.gate(a[0]), a[3]));
    const vf keep = 1.0f - z.mean, gap = n.mean - before.mean;
    return {keep * n.mean + z.mean * before.mean,
            keep * keep * n.variance + z.mean * z.mean * before.variance + z.variance * (gap * gap + n.variance + before.variance)};
  }

  void begin(long, int) const {}

  // Gradients of the pre-activations from that of the state; returns what flows past them to the state before.
  Pair backward(long t, long b, long j, int w, Pair d) const {
    const long here = (t * p.B + b) * ld + j;
    const Pair before = stateBefore(t, b * H + j, w);
    Pair a[4], da[4], past;
#pragma GCC unroll 4
    for (int g = 0; g < 4; g++) a[g] = loadPair(p.aMean, p.aVariance, here + g * H, w);
    if (p.epsilon) {
      vf x[4];
#pragma GCC unroll 4
      for (int g = 0; g < 4; g++) x[g] = load(p.epsilon + here + g * H, w);
      const vf r = vsigmoid(drawn(a[0], x[0])), z = vsigmoid(drawn(a[1], x[1])), u = drawn(a[3], x[3]);
      const vf n = vtanh(drawn(a[2], x[2]) + r * u), dn = d.mean * (1.0f - z) * (1.0f - n * n);
      da[0] = drawnBackward(a[0], x[0], dn * u * r * (1.0f - r));
      da[1] = drawnBackward(a[1], x[1], d.mean * (before.mean - n) * z * (1.0f - z));
      da[2] = drawnBackward(a[2], x[2], dn);
      da[3] = drawnBackward(a[3], x[3], dn * r);
      past = {d.mean * z, splat(0.0f)};
    } else {
      const Pair r = moments.gate(a[0]), z = moments.gate(a[1]), u = a[3];
      const Pair sum = a[2] + independent(r, u), n = moments.squash(sum);
      const vf keep = 1.0f - z.mean, gap = n.mean - before.mean, shared = 2.0f * d.variance * z.variance * gap;
      const Pair dn = {d.mean * keep + shared, d.variance * (keep * keep + z.variance)};
      const Pair dz = {2.0f * d.variance * (z.mean * before.variance - keep * n.variance) - d.mean * gap,
                       d.variance * (gap * gap + n.variance + before.variance)};
      past = {d.mean * z.mean - shared, d.variance * (z.mean * z.mean + z.variance)};
      da[2] = moments.squashBackward(sum, n, dn);
      da[0] = moments.gateBackward(a[0], r, independentBackward(r, u, da[2]));
      da[1] = moments.gateBackward(a[1], z, dz);
      da[3] = independentBackward(u, r, da[2]);
    }
#pragma GCC unroll 4
    for (int g = 0; g < 4; g++) storePair(p.daMean, p.daVariance, here + g * H, da[g], w);
    return past;
  }
};

static void momentsGruForward(const MomentsGru& p, Pool& pool) {
  inForm<GruMoments>(p, nullptr, [&](const auto& cell) { momentsGatesForward(cell, pool); });
}
static void momentsGruBackward(const MomentsGru& p, Pool& pool) {
  inForm<GruMoments>(p, nullptr, [&](const auto& cell) { momentsGatesBackward(cell, pool); });
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
