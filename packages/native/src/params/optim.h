// Parameters of updates over many arrays at once; arrays at the same place belong together.
#pragma once
#include "fields.h"

namespace lethe {

// `count` arrays of `sizes` elements.
struct Arrays {
  int count;
  const size_t* sizes;
};

struct SumSquares : Arrays {
  float* const* arrays;
};

template <class V>
void fields(V& v, SumSquares& p, Pass) {
  v.arrays("arrays", p.arrays, p);
}

struct Update : Arrays {
  float* const* parameters;
  float* const* gradients;
  float gradScale;
};

template <class V>
void updateFields(V& v, Update& p) {
  v.arrays("parameters", p.parameters, p);
  v.matching("gradients", p.gradients);
  v.number("gradScale", p.gradScale, 1);
}

struct SgdUpdate : Update {
  float lr, weightDecay, momentum;
  float* const* velocities;
};

template <class V>
void fields(V& v, SgdUpdate& p, Pass) {
  updateFields(v, p);
  v.number("lr", p.lr, 0);
  v.number("weightDecay", p.weightDecay, 0);
  v.number("momentum", p.momentum, 0);
  v.maybeMatching("velocities", p.velocities);
}

struct RmspropUpdate : Update {
  double decay;
  float stepRate, momentum, epsilon, weightDecay;
  float* const* meanSquares;
  float* const* velocities;
};

template <class V>
void fields(V& v, RmspropUpdate& p, Pass) {
  updateFields(v, p);
  v.number("stepRate", p.stepRate, 0);
  v.number("momentum", p.momentum, 0);
  v.number("decay", p.decay, 0);
  v.number("epsilon", p.epsilon, 0);
  v.number("weightDecay", p.weightDecay, 0);
  v.matching("meanSquares", p.meanSquares);
  v.matching("velocities", p.velocities);
}

struct AdamUpdate : Update {
  double beta1, beta2;
  float lr, epsilon, weightDecay;
  bool decoupled;
  int step;
  float* const* firstMoments;
  float* const* secondMoments;
};

template <class V>
void fields(V& v, AdamUpdate& p, Pass) {
  updateFields(v, p);
  v.number("lr", p.lr, 0);
  v.number("beta1", p.beta1, 0);
  v.number("beta2", p.beta2, 0);
  v.number("epsilon", p.epsilon, 0);
  v.number("weightDecay", p.weightDecay, 0);
  v.flag("decoupled", p.decoupled);
  v.size("step", p.step);
  v.matching("firstMoments", p.firstMoments);
  v.matching("secondMoments", p.secondMoments);
}

}  // namespace lethe
