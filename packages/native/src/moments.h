// Gaussian moments through activations and linear maps: (mean, variance) of f(X), X ~ N(mu, nu).
// kappa = pi/8. Sources: MacKay 1992 (mean of the logistic function); Wang and Manning 2013 (its variance);
// the probit form uses Owen's T; Daunizeau 2017 fits mean and variance; the rectifier is exact.

namespace lethe {
namespace LETHE_ISA {
namespace {

constexpr float kKappa = 0.39269908169872414f;
constexpr float kSteep = 1.1715728752538097f;  // a = 4 - 2 sqrt 2
constexpr float kShift = 0.8813735870195429f;  // b = -ln(sqrt 2 - 1)

struct Pair {
  vf mean, variance;
};

// Not a number stays so, that a network which has diverged is noticed.
LETHE_INLINE vf atLeastZero(vf v) { return vmax(splat(0.0f), v); }

// ---- logistic function, Wang-Manning: e = s(c mu), E2 = s(c2 (mu - b)), variance E2 - e^2

struct LogisticTerms {
  vf c, c2;
  vf e, p;   // e and 1 - e
  vf e2, q;  // E2 and 1 - E2
};

LETHE_INLINE LogisticTerms logisticTerms(vf mu, vf nu) {
  LogisticTerms t;
  t.c = reciprocalSqrt(1.0f + kKappa * nu);
  t.c2 = kSteep * reciprocalSqrt(1.0f + (kKappa * kSteep * kSteep) * nu);
  vf x = vexp(-mu * t.c), x2 = vexp((kShift - mu) * t.c2);
  t.e = reciprocal(1.0f + x);
  t.p = x * t.e;
  t.e2 = reciprocal(1.0f + x2);
  t.q = x2 * t.e2;
  return t;
}

// E2 - e^2; for positive mu as 2p - p^2 - q, since both terms are then near 1
LETHE_INLINE vf logisticVariance(vf mu, const LogisticTerms& t) {
  vf v = mu > 0.0f ? 2.0f * t.p - t.p * t.p - t.q : t.e2 - t.e * t.e;
  return atLeastZero(v);
}

LETHE_INLINE Pair logisticWangManning(vf mu, vf nu) {
  LogisticTerms t = logisticTerms(mu, nu);
  return {t.e, logisticVariance(mu, t)};
}

// (d mu, d nu) from the gradients of mean and variance. The terms are computed again: taken back from the
// stored mean and variance they would have lost their digits where the unit saturates.
LETHE_INLINE Pair logisticWangManningBackward(vf mu, vf nu, vf v, vf de, vf dv) {
  LogisticTerms t = logisticTerms(mu, nu);
  dv = v > 0.0f ? dv : splat(0.0f);  // nothing flows through the clamp
  vf ge = (de - 2.0f * t.e * dv) * t.c * t.e * t.p;
  vf g2 = dv * t.c2 * t.e2 * t.q;
  return {ge + g2, (-0.5f * kKappa) * (ge * t.c * t.c * mu + g2 * t.c2 * t.c2 * (mu - kShift))};
}

// ---- logistic function, probit variance: Phi(h) - 2 T(h, a) - Phi(h)^2 = 2 (T(h, 1) - T(h, a)),
//      h = sqrt(kappa) mu / sqrt(1 + kappa nu), a = 1 / sqrt(1 + 2 kappa nu); T is Owen's

constexpr float kRootKappa = 0.62665706865775006f;
constexpr float kInverseTwoPi = 0.15915494309189535f;
constexpr float kGaussX[5] = {0.14887433898163122f, 0.43339539412924719f, 0.67940956829902441f, 0.86506336668898451f, 0.97390652851717172f};
constexpr float kGaussW[5] = {0.29552422471475287f, 0.26926671930999636f, 0.21908636251598204f, 0.14945134915058059f, 0.06667134430868814f};

// T(h, 1) - T(h, a), a in (0, 1]: the integral of exp(-h^2 (1 + x^2) / 2) / (2 pi (1 + x^2)) over [a, 1] by
// Gauss-Legendre with 10 nodes; exactly 0 at a = 1 and free of cancellation
LETHE_INLINE vf owenTail(vf h, vf a) {
  vf hh = -0.5f * h * h;
  vf middle = 0.5f * (1.0f + a), half = 0.5f * (1.0f - a);
  vf sum = splat(0.0f);
  for (int i = 0; i < 5; i++) {
    vf up = middle + half * kGaussX[i], down = middle - half * kGaussX[i];
    vf u = 1.0f + up * up, d = 1.0f + down * down;
    sum += kGaussW[i] * (vexp(hh * u) * reciprocal(u) + vexp(hh * d) * reciprocal(d));
  }
  return sum * half * kInverseTwoPi;
}

LETHE_INLINE Pair logisticProbit(vf mu, vf nu) {
  vf c = reciprocalSqrt(1.0f + kKappa * nu);
  vf a = reciprocalSqrt(1.0f + (2.0f * kKappa) * nu);
  return {vsigmoid(mu * c), atLeastZero(2.0f * owenTail(kRootKappa * mu * c, a))};
}

LETHE_INLINE Pair logisticProbitBackward(vf mu, vf nu, vf, vf de, vf dv) {
  vf c = reciprocalSqrt(1.0f + kKappa * nu);
  vf a = reciprocalSqrt(1.0f + (2.0f * kKappa) * nu);
  vf h = kRootKappa * mu * c;
  vf x = vexp(-mu * c), e = reciprocal(1.0f + x);
  // dT/dh = -phi(h) (Phi(a h) - 1/2), dT/da = exp(-h^2 (1 + a^2) / 2) / (2 pi (1 + a^2))
  vf dh = dv * 2.0f * normalPdf(h) * (normalCdf(a * h) - normalCdf(h));
  vf u = 1.0f + a * a;
  vf da = dv * (-2.0f * kInverseTwoPi) * vexp(-0.5f * h * h * u) * reciprocal(u);
  vf ge = de * c * e * (x * e);
  vf dnu = (-0.5f * kKappa) * c * c * (ge * mu + dh * h) - kKappa * a * a * a * da;
  return {ge + dh * (kRootKappa * c), dnu};
}

// ---- logistic function, Daunizeau: e = s(c mu), c = (1 + a nu)^(-1/2), a = .368; variance e (1 - e) (1 - c)

constexpr float kFitted = 0.368f;

// 1 - c without cancellation
LETHE_INLINE vf lostSlope(vf nu, vf c) { return kFitted * nu * c * c * reciprocal(1.0f + c); }

LETHE_INLINE Pair logisticDaunizeau(vf mu, vf nu) {
  vf c = reciprocalSqrt(1.0f + kFitted * nu);
  vf x = vexp(-mu * c), e = reciprocal(1.0f + x);
  return {e, e * (x * e) * lostSlope(nu, c)};
}

LETHE_INLINE Pair logisticDaunizeauBackward(vf mu, vf nu, vf, vf de, vf dv) {
  vf c = reciprocalSqrt(1.0f + kFitted * nu);
  vf x = vexp(-mu * c), e = reciprocal(1.0f + x);
  vf slopeHere = e * (x * e);
  vf g = (de + dv * lostSlope(nu, c) * (1.0f - 2.0f * e)) * slopeHere;
  return {g * c, (0.5f * kFitted) * c * c * c * (dv * slopeHere - g * mu)};
}

// ---- any activation by Gauss-Hermite quadrature: E[f] = sum w_i f(mu + s x_i)

LETHE_LARGE Pair quadrature(const MomentFunction& f, vf mu, vf nu) {
  vf s = vsqrt(nu);
  vf m = splat(0.0f), m2 = splat(0.0f);
  // second moment about f(mu): the difference of two nearly equal numbers would lose the small variances
  vf centre = activate(f.activation, mu);
  for (int i = 0; i < f.points; i++) {
    vf d = activate(f.activation, mu + s * (float)f.nodes[i]) - centre;
    m += (float)f.weights[i] * d;
    m2 += (float)f.weights[i] * d * d;
  }
  return {centre + m, atLeastZero(m2 - m * m)};
}

// f'' from n = f
LETHE_INLINE vf curvature(Activation f, vf n) {
  return f == Activation::tanh ? -2.0f * n * (1.0f - n * n) : n * (1.0f - n) * (1.0f - 2.0f * n);
}

LETHE_LARGE Pair quadratureBackward(const MomentFunction& f, vf mu, vf nu, vf mean, vf v, vf dm, vf dv) {
  // Nothing flows through the clamp, which is not in use where nu is small: the variance is nu f'^2, if it may round to 0.
  const vi small = (vi)(nu < 1e-4f);
  dv = small ? dv : v > 0.0f ? dv : splat(0.0f);
  vf s = vsqrt(nu);
  vf dmu = splat(0.0f), dnu = splat(0.0f), dnuSmall = splat(0.0f);
  for (int i = 0; i < f.points; i++) {
    float x = (float)f.nodes[i], w = (float)f.weights[i];
    vf n = activate(f.activation, mu + s * x);
    vf slopeHere = slope(f.activation, n);
    vf g = w * (dm + 2.0f * (n - mean) * dv);
    dmu += g * slopeHere;
    dnu += g * slopeHere * x;
    // d/dnu E[g] = E[g''] / 2, which does not divide by s
    dnuSmall += w * 0.5f * ((dm + 2.0f * (n - mean) * dv) * curvature(f.activation, n) + 2.0f * dv * slopeHere * slopeHere);
  }
  vf large = dnu * 0.5f / vmax(s, splat(1e-6f));
  return {dmu, small ? dnuSmall : large};
}

// ---- rectifier, exact: r = mu / s

LETHE_INLINE Pair rectifier(vf mu, vf nu) {
  vf s = vsqrt(nu);
  vf r = mu / vmax(s, splat(1e-15f));
  vf up = normalCdf(r), down = normalCdf(-r), pdf = normalPdf(r);
  vf mean = mu * up + s * pdf;
  vf variance = mu * mu * up * down + nu * (up - pdf * pdf) + mu * s * pdf * (down - up);
  return {s == 0.0f ? atLeastZero(mu) : mean, s == 0.0f ? splat(0.0f) : atLeastZero(variance)};
}

LETHE_INLINE Pair rectifierBackward(vf mu, vf nu, vf mean, vf v, vf dm, vf dv) {
  vf s = vsqrt(nu);
  vf safe = vmax(s, splat(1e-15f));
  vf r = mu / safe;
  vf up = normalCdf(r), pdf = normalPdf(r);
  dv = s == 0.0f ? dv : v > 0.0f ? dv : splat(0.0f);
  // dE/dmu = Phi, dE/dnu = phi / 2s; dE2/dmu = 2E, dE2/dnu = Phi
  vf g = dm - 2.0f * mean * dv;
  vf dmu = g * up + dv * 2.0f * mean;
  vf dnu = g * pdf * 0.5f / safe + dv * up;
  vf on = mu > 0.0f ? splat(1.0f) : splat(0.0f);
  return {s == 0.0f ? dm * on : dmu, s == 0.0f ? dv * on : dnu};
}

// ---- choice of form; tanh(x) = 2 s(2x) - 1, so its moments are those of the logistic function at (2 mu, 4 nu)

template <Form F>
LETHE_LARGE Pair logistic(vf mu, vf nu) {
  if (F == Form::daunizeau) return logisticDaunizeau(mu, nu);
  return F == Form::wangManning ? logisticWangManning(mu, nu) : logisticProbit(mu, nu);
}
template <Form F>
LETHE_LARGE Pair logisticBackward(vf mu, vf nu, vf v, vf de, vf dv) {
  if (F == Form::daunizeau) return logisticDaunizeauBackward(mu, nu, v, de, dv);
  return F == Form::wangManning ? logisticWangManningBackward(mu, nu, v, de, dv) : logisticProbitBackward(mu, nu, v, de, dv);
}

template <Form F, Activation A>
LETHE_INLINE Pair momentsOf(const MomentFunction& f, vf mu, vf nu) {
  if (A == Activation::identity) return {mu, nu};
  if (A == Activation::relu) return rectifier(mu, nu);
  if (F == Form::gaussHermite) return quadrature(f, mu, nu);
  if (A == Activation::sigmoid) return logistic<F>(mu, nu);
  Pair s = logistic<F>(2.0f * mu, 4.0f * nu);
  return {2.0f * s.mean - 1.0f, 4.0f * s.variance};
}

template <Form F, Activation A>
LETHE_INLINE Pair momentsOfBackward(const MomentFunction& f, vf mu, vf nu, vf m, vf v, vf dm, vf dv) {
  if (A == Activation::identity) return {dm, dv};
  if (A == Activation::relu) return rectifierBackward(mu, nu, m, v, dm, dv);
  if (F == Form::gaussHermite) return quadratureBackward(f, mu, nu, m, v, dm, dv);
  if (A == Activation::sigmoid) return logisticBackward<F>(mu, nu, v, dm, dv);
  Pair d = logisticBackward<F>(2.0f * mu, 4.0f * nu, v, 2.0f * dm, 4.0f * dv);
  return {2.0f * d.mean, 4.0f * d.variance};
}

// Returns body.run<F, A>() for the function's form and activation.
template <class Body>
LETHE_INLINE auto withForm(const MomentFunction& f, Body&& body) {
#define LETHE_FORMS(A)                                                        \
  switch (f.form) {                                                           \
    case Form::wangManning: return body.template run<Form::wangManning, A>(); \
    case Form::probit: return body.template run<Form::probit, A>();           \
    case Form::daunizeau: return body.template run<Form::daunizeau, A>();     \
    default: return body.template run<Form::gaussHermite, A>();               \
  }
  switch (f.activation) {
    case Activation::tanh: LETHE_FORMS(Activation::tanh)
    case Activation::sigmoid: LETHE_FORMS(Activation::sigmoid)
    case Activation::relu: return body.template run<Form::wangManning, Activation::relu>();
    default: return body.template run<Form::wangManning, Activation::identity>();
  }
#undef LETHE_FORMS
}

struct MomentsOf {
  const MomentFunction& f;
  vf mu, nu;
  template <Form F, Activation A>
  LETHE_INLINED Pair run() const {
    return momentsOf<F, A>(f, mu, nu);
  }
};
struct MomentsOfBackward {
  const MomentFunction& f;
  vf mu, nu, m, v, dm, dv;
  template <Form F, Activation A>
  LETHE_INLINED Pair run() const {
    return momentsOfBackward<F, A>(f, mu, nu, m, v, dm, dv);
  }
};

template <Form F, Activation A>
LETHE_LARGE Pair momentsForward(const MomentFunction& f, vf mu, vf nu) {
  if (CHOOSES_LATE) return withForm(f, MomentsOf{f, mu, nu});
  return momentsOf<F, A>(f, mu, nu);
}
template <Form F, Activation A>
LETHE_LARGE Pair momentsBackward(const MomentFunction& f, vf mu, vf nu, vf m, vf v, vf dm, vf dv) {
  if (CHOOSES_LATE) return withForm(f, MomentsOfBackward{f, mu, nu, m, v, dm, dv});
  return momentsOfBackward<F, A>(f, mu, nu, m, v, dm, dv);
}

// The same for a whole pass: chosen once, or by each vector in what is compiled for the quadrature of tanh.
template <class Body>
static void withMoments(const MomentFunction& f, Body&& body) {
  if (CHOOSES_LATE) return body.template run<Form::gaussHermite, Activation::tanh>();
  withForm(f, body);
}

struct ActivationForward {
  const MomentsActivation& p;
  Pool& pool;
  template <Form F, Activation A>
  void run() {
    const MomentsActivation& q = p;
    parallelIf(q.n > 8192, pool, [&](int worker, int workers) {
      Range range = share(q.n, worker, workers, W);
      vectors(range.end - range.begin, [&](long i, int w) {
        long at = range.begin + i;
        Pair m = momentsForward<F, A>(q.f, load(q.mean + at, w), load(q.variance + at, w));
        store(q.outMean + at, m.mean, w);
        store(q.outVariance + at, m.variance, w);
      });
    });
  }
};

struct ActivationBackward {
  const MomentsActivation& p;
  Pool& pool;
  template <Form F, Activation A>
  void run() {
    const MomentsActivation& q = p;
    parallelIf(q.n > 8192, pool, [&](int worker, int workers) {
      Range range = share(q.n, worker, workers, W);
      vectors(range.end - range.begin, [&](long i, int w) {
        long at = range.begin + i;
        Pair d = momentsBackward<F, A>(q.f, load(q.mean + at, w), load(q.variance + at, w), load(q.outMean + at, w),
                                       load(q.outVariance + at, w), load(q.dOutMean + at, w), load(q.dOutVariance + at, w));
        store(q.dMean + at, load(q.dMean + at, w) + d.mean, w);
        store(q.dVariance + at, load(q.dVariance + at, w) + d.variance, w);
      });
    });
  }
};

static void momentsActivationForward(const MomentsActivation& p, Pool& pool) { withMoments(p.f, ActivationForward{p, pool}); }
static void momentsActivationBackward(const MomentsActivation& p, Pool& pool) { withMoments(p.f, ActivationBackward{p, pool}); }

// ---- linear map of noisy independent inputs

// out = square mean^2 + variance var
static void noisyVariance(Pool& pool, const NoiseMoments& noise, long n, const float* mean, const float* variance, float* out) {
  parallelIf(n > 50000, pool, [&](int worker, int workers) {
    Range range = share(n, worker, workers, W);
    vectors(range.end - range.begin, [&](long i, int w) {
      long at = range.begin + i;
      vf m = load(mean + at, w);
      vf v = noise.square * m * m;
      if (variance) v += noise.variance * load(variance + at, w);
      store(out + at, v, w);
    });
  });
}

// dW += q rows^T dMean + 2 W . (noisy^T dVariance): the two accumulators of the 2013 paper, finished together.
// `rows` and `noisy` are the mean and the noisy variance of the inputs, `count` of them; rows of the gradients are ldd
// apart, those of w and dw ldw. `seen` sees the packed panels of dMean (factor 0) and dVariance (factor 1).
template <class Packed>
void addMomentsWeightGradient(Pool& pool, long count, long I, long O, float q, Rows rows, Rows noisy, const float* dMean,
                              const float* dVariance, long ldd, const float* w, float* dw, long ldw, Packed&& seen) {
  const Factor variance{noisy, {dVariance, ldd}};
  auto finish = [=](long i, long j0, long cols, const float* g1, const float* g2, bool) {
    long at = i * ldw + j0;
    vectors(cols, [&](long j, int n) {
      vf g = q * load(g1 + j, n) + 2.0f * load(w + at + j, n) * load(g2 + j, n);
      store(dw + at + j, load(dw + at + j, n) + g, n);
    });
  };
  product(pool, I, O, count, {rows, {dMean, ldd}}, &variance, finish, seen);
}

// dMean += q dOutMean W^T + 2 square mean . D;  dVariance += variance D;  D = dOutVariance (W.W)^T.
// With `fresh` they hold nothing yet and are overwritten. Rows of dOutMean and dOutVariance are `ld` apart.
static void addMomentsInputGradient(Pool& pool, long M, long I, long O, long ld, const NoiseMoments& noise, const float* mean,
                                    const float* w, const float* dOutMean, const float* dOutVariance, float* dMean, float* dVariance,
                                    bool fresh) {
  if (!dMean && !dVariance) return;
  Factor variance{{dOutVariance, ld, 1}, {w, O, true}};
  variance.operand.square = true;
  product(pool, M, I, O, {{dOutMean, ld, 1}, {w, O, true}}, &variance,
          [=](long i, long j0, long cols, const float* a, const float* d, bool first) {
            long at = i * I + j0;
            const bool over = fresh && first;
            vectors(cols, [&](long j, int n) {
              vf dv = load(d + j, n);
              if (dMean) {
                vf dm = noise.mean * load(a + j, n) + (2.0f * noise.square) * load(mean + at + j, n) * dv;
                store(dMean + at + j, over ? dm : load(dMean + at + j, n) + dm, n);
              }
              if (dVariance) {
                dv *= noise.variance;
                store(dVariance + at + j, over ? dv : load(dVariance + at + j, n) + dv, n);
              }
            });
          });
}

static void momentsLinearForward(const MomentsLinear& p, Pool& pool) {
  noisyVariance(pool, p.noise, (long)p.M * p.I, p.mean, p.variance, p.noisyVariance);
  multiply(pool, p.M, p.O, p.I, {p.mean, p.I, 1}, {p.w, p.O}, p.outMean, false, p.noise.mean, p.bias);
  Operand squared{p.w, p.O};
  squared.square = true;
  multiply(pool, p.M, p.O, p.I, {p.noisyVariance, p.I, 1}, squared, p.outVariance, false);
}

static void momentsLinearBackward(const MomentsLinear& p, Pool& pool) {
  addMomentsWeightGradient(pool, p.M, p.I, p.O, p.noise.mean, {p.mean, 1, p.I}, {p.noisyVariance, 1, p.I}, p.dOutMean, p.dOutVariance, p.O,
                           p.w, p.dw, p.O, [&](int factor, long panel, long, long kn, const float* packed) {
                             if (factor == 0) addPanelSums(panel, kn, packed, p.O, p.dbias);
                           });
  if (isHalf(pool)) columnSums(pool, p.M, p.O, p.dOutMean, p.O, p.dbias, true);
  addMomentsInputGradient(pool, p.M, p.I, p.O, p.O, p.noise, p.mean, p.w, p.dOutMean, p.dOutVariance, p.dMean, p.dVariance, p.fresh);
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
