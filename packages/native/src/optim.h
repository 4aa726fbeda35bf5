// Optimiser updates over many arrays at once. Bound by memory: each array is read and written once.

namespace lethe {
namespace LETHE_ISA {
namespace {

// Calls body(array, at, width) for vectors of all arrays, dealt to the workers in equal stretches of each.
template <class Body>
void eachVector(const Arrays& u, Pool& pool, Body&& body) {
  size_t total = 0;
  for (int i = 0; i < u.count; i++) total += u.sizes[i];
  parallelIf(total > 30000, pool, [&](int worker, int workers) {
    for (int i = 0; i < u.count; i++) {
      Range range = share((long)u.sizes[i], worker, workers, 16 * W);
      vectors(range.end - range.begin, [&](long j, int w) { body(i, range.begin + j, w); });
    }
  });
}

static void sgd(const SgdUpdate& u, Pool& pool) {
  const bool hasMomentum = u.velocities && u.momentum != 0;
  eachVector(u, pool, [&](int i, long at, int w) {
    float* p = u.parameters[i] + at;
    vf x = load(p, w);
    vf g = load(u.gradients[i] + at, w) * u.gradScale + u.weightDecay * x;
    if (hasMomentum) {
      g += u.momentum * load(u.velocities[i] + at, w);
      store(u.velocities[i] + at, g, w);
    }
    store(p, x - u.lr * g, w);
  });
}

// parameters hold the look-ahead point: r = d r + (1-d) g^2; s = rate g / sqrt(r + eps); v = m v + s; point -= s + m v
static void rmsprop(const RmspropUpdate& u, Pool& pool) {
  const float decay = (float)u.decay, decayRest = (float)(1 - u.decay);
  eachVector(u, pool, [&](int i, long at, int w) {
    float* p = u.parameters[i] + at;
    vf x = load(p, w);
    vf g = load(u.gradients[i] + at, w) * u.gradScale + u.weightDecay * x;
    vf r = decay * load(u.meanSquares[i] + at, w) + decayRest * g * g;
    vf s = u.stepRate * g / vsqrt(r + u.epsilon);
    vf v = u.momentum * load(u.velocities[i] + at, w) + s;
    store(u.meanSquares[i] + at, r, w);
    store(u.velocities[i] + at, v, w);
    store(p, x - (s + u.momentum * v), w);
  });
}

static double wholePower(double base, int exponent) {
  double result = 1;
  for (; exponent > 0; exponent >>= 1, base *= base)
    if (exponent & 1) result *= base;
  return result;
}

static void adam(const AdamUpdate& u, Pool& pool) {
  const float beta1 = (float)u.beta1, beta1Rest = (float)(1 - u.beta1), beta2 = (float)u.beta2, beta2Rest = (float)(1 - u.beta2);
  const float correction1 = (float)(1 / (1 - wholePower(u.beta1, u.step))), correction2 = (float)(1 / (1 - wholePower(u.beta2, u.step)));
  eachVector(u, pool, [&](int i, long at, int w) {
    float* p = u.parameters[i] + at;
    vf x = load(p, w);
    vf g = load(u.gradients[i] + at, w) * u.gradScale;
    if (u.decoupled) {
      x -= u.lr * u.weightDecay * x;
    } else {
      g += u.weightDecay * x;
    }
    vf m = beta1 * load(u.firstMoments[i] + at, w) + beta1Rest * g;
    vf v = beta2 * load(u.secondMoments[i] + at, w) + beta2Rest * g * g;
    store(u.firstMoments[i] + at, m, w);
    store(u.secondMoments[i] + at, v, w);
    store(p, x - u.lr * (m * correction1) / (vsqrt(v * correction2) + u.epsilon), w);
  });
}

// Sum of squares in float64: blocks of 4096 elements, then the blocks in order.
static void sumSquares(const SumSquares& u, double* result, Pool& pool) {
  constexpr long BLOCK = 4096;
  long blocks = 0;
  for (int i = 0; i < u.count; i++) blocks += ((long)u.sizes[i] + BLOCK - 1) / BLOCK;
  double* partial = reinterpret_cast<double*>(pool.workspace(kPartial, 2 * blocks));
  parallelIf(blocks > 8, pool, [&](int worker, int workers) {
    Range mine = share(blocks, worker, workers);
    long block = 0;
    for (int i = 0; i < u.count; i++) {
      for (long at = 0; at < (long)u.sizes[i]; at += BLOCK, block++) {
        if (block < mine.begin || block >= mine.end) continue;
        double lanes[8] = {};
        long n = minimum(BLOCK, (long)u.sizes[i] - at);
        const float* g = u.arrays[i] + at;
        long j = 0;
        for (; j + 8 <= n; j += 8)
          for (int l = 0; l < 8; l++) lanes[l] += (double)g[j + l] * g[j + l];
        for (int l = 0; j + l < n; l++) lanes[l] += (double)g[j + l] * g[j + l];
        partial[block] = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
      }
    }
  });
  double sum = 0;
  for (long i = 0; i < blocks; i++) sum += partial[i];
  *result = sum;
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
