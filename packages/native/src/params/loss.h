// Parameters of losses and of readouts that carry their loss. Letters: M rows, I inputs, K columns (units or classes).
#pragma once
#include "fields.h"

namespace lethe {

struct BernoulliNll {
  int M, K;
  const float *logits, *variance, *targets, *stepMask;
  float* rowLoss;
  // backward
  float scale;
  float *dLogits, *dVariance;
  bool fresh;
};

template <class V>
void fields(V& v, BernoulliNll& p, Pass pass) {
  v.size("M", p.M);
  v.size("K", p.K);
  v.floats("logits", p.logits, "MK");
  v.optional("variance", p.variance, "MK");
  v.floats("targets", p.targets, "MK");
  v.optional("stepMask", p.stepMask, "M");
  if (pass == Pass::forward) return v.floats("rowLoss", p.rowLoss, "M");
  v.number("scale", p.scale, 1);
  v.floats("dLogits", p.dLogits, "MK");
  v.flag("fresh", p.fresh);
  v.optional("dVariance", p.dVariance, "MK");
}

struct SquaredError {
  int M, K;
  const float *mean, *variance, *targets, *stepMask;
  float* rowLoss;
  // backward
  float scale;
  float *dMean, *dVariance;
  bool fresh;
};

template <class V>
void fields(V& v, SquaredError& p, Pass pass) {
  v.size("M", p.M);
  v.size("K", p.K);
  v.floats("mean", p.mean, "MK");
  v.optional("variance", p.variance, "MK");
  v.floats("targets", p.targets, "MK");
  v.optional("stepMask", p.stepMask, "M");
  if (pass == Pass::forward) return v.floats("rowLoss", p.rowLoss, "M");
  v.number("scale", p.scale, 1);
  v.optional("dMean", p.dMean, "MK");
  v.optional("dVariance", p.dVariance, "MK");
  v.flag("fresh", p.fresh);
}

struct SoftmaxNll {
  int M, K;
  const float* logits;
  const int32_t* targets;
  const float* stepMask;
  float smoothing;
  float *rowLoss, *rowNll;
  // backward
  float scale;
  float* dLogits;
  bool fresh;
};

template <class V>
void fields(V& v, SoftmaxNll& p, Pass pass) {
  v.size("M", p.M);
  v.size("K", p.K);
  v.floats("logits", p.logits, "MK");
  v.numbers("targets", p.targets, "M", 'K');
  v.optional("stepMask", p.stepMask, "M");
  v.number("smoothing", p.smoothing, 0);
  if (pass == Pass::forward) {
    v.floats("rowLoss", p.rowLoss, "M");
    v.optional("rowNll", p.rowNll, "M");
    return;
  }
  v.number("scale", p.scale, 1);
  v.floats("dLogits", p.dLogits, "MK");
  v.flag("fresh", p.fresh);
}

// x [M, I], w [K, I]: a readout over K classes, with the gradients of `scale` times what it is asked for.
struct Readout {
  int M, I, K;
  const float *x, *w, *bias;
  float scale;
  float *dx, *dw, *dbias;
};

template <class V>
void readoutFields(V& v, Readout& p) {
  v.size("M", p.M);
  v.size("I", p.I);
  v.size("K", p.K);
  v.floats("x", p.x, "MI");
  v.floats("w", p.w, "KI");
  v.number("scale", p.scale, 1);
  v.optional("dx", p.dx, "MI");
  v.optional("dw", p.dw, "KI");
}

struct ReadoutNll : Readout {
  const int32_t* targets;
  const float* stepMask;
  float smoothing;
  float *rowLoss, *rowNll;
};

template <class V>
void fields(V& v, ReadoutNll& p, Pass) {
  readoutFields(v, p);
  v.optional("bias", p.bias, "K");
  v.numbers("targets", p.targets, "M", 'K');
  v.optional("stepMask", p.stepMask, "M");
  v.number("smoothing", p.smoothing, 0);
  v.floats("rowLoss", p.rowLoss, "M");
  v.optional("rowNll", p.rowNll, "M");
  v.optional("dbias", p.dbias, "K");
}

struct ReadoutSquares : Readout {};

template <class V>
void fields(V& v, ReadoutSquares& p, Pass) {
  readoutFields(v, p);
}

// The N largest of z = x w^T + bias of every row, and log sum exp of all.
struct ReadoutTop {
  int M, I, K, N;
  const float *x, *w, *bias;
  int32_t* classes;
  float *logits, *totals;
};

template <class V>
void fields(V& v, ReadoutTop& p, Pass) {
  v.size("M", p.M);
  v.size("I", p.I);
  v.size("K", p.K);
  v.size("N", p.N);
  v.floats("x", p.x, "MI");
  v.floats("w", p.w, "KI");
  v.optional("bias", p.bias, "K");
  v.integers("classes", p.classes, "MN");
  v.floats("logits", p.logits, "MN");
  v.floats("totals", p.totals, "M");
}

}  // namespace lethe
