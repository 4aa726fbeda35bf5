// Optimiser updates over many arrays at once. Bound by memory: each array is read and written once.

namespace lethe {
namespace LETHE_ISA {
namespace {

// Calls body(array, at, width) for vectors of all arrays, dealt to the workers in equal stretches of each.
template <class Body>
void eachVector(const Update& u, Pool& pool, Body&& body) {
  size_t total = 0;
  for (int i = 0; i < u.count; i++) total += u.sizes[i];
  parallelIf(total > 30000, pool, [&](int worker, int workers) {
    for (int i = 0; i < u.count; i++) {
      Range range = share((long)u.sizes[i], worker, workers, 16 * W);
      vectors(range.end - range.begin, [&](long j, int w) { body(i, range.begin + j, w); });
    }
  });
}

static void sgd(const Update& u, Pool& pool) {
  eachVector(u, pool, [&](int i, long at, int w) {
    float* p = u.parameters[i] + at;
    vf x = load(p, w);
    vf g = load(u.gradients[i] + at, w) * u.gradScale + u.weightDecay * x;
    if (u.first) {
      g += u.momentum * load(u.first[i] + at, w);
      store(u.first[i] + at, g, w);
    }
    store(p, x - u.rate * g, w);
  });
}

// parameters hold the look-ahead point: r = d r + (1-d) g^2; s = rate g / sqrt(r + eps); v = m v + s; point -= s + m v
static void rmsprop(const Update& u, Pool& pool) {
  eachVector(u, pool, [&](int i, long at, int w) {
    float* p = u.parameters[i] + at;
    vf x = load(p, w);
    vf g = load(u.gradients[i] + at, w) * u.gradScale + u.weightDecay * x;
    vf r = u.decay * load(u.second[i] + at, w) + u.decayRest * g * g;
    vf s = u.rate * g / vsqrt(r + u.epsilon);
    vf v = u.momentum * load(u.first[i] + at, w) + s;
    store(u.second[i] + at, r, w);
    store(u.first[i] + at, v, w);
    store(p, x - (s + u.momentum * v), w);
  });
}

static void adam(const Update& u, Pool& pool) {
  eachVector(u, pool, [&](int i, long at, int w) {
    float* p = u.parameters[i] + at;
    vf x = load(p, w);
    vf g = load(u.gradients[i] + at, w) * u.gradScale;
    if (u.decoupled) {
      x -= u.rate * u.weightDecay * x;
    } else {
      g += u.weightDecay * x;
    }
    vf m = u.beta1 * load(u.first[i] + at, w) + u.beta1Rest * g;
    vf v = u.beta2 * load(u.second[i] + at, w) + u.beta2Rest * g * g;
    store(u.first[i] + at, m, w);
    store(u.second[i] + at, v, w);
    // correction1 = 1/(1 - beta1^t), correction2 = 1/(1 - beta2^t), computed in float64 by the caller
    store(p, x - u.rate * (m * u.correction1) / (vsqrt(v * u.correction2) + u.epsilon), w);
  });
}

// Sum of squares in float64: blocks of 4096 elements, then the blocks in order.
static double sumSquares(const Update& u, Pool& pool) {
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
        const float* g = u.gradients[i] + at;
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
  return sum;
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
