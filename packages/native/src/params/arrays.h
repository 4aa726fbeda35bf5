// Parameters of element-wise kernels: Gaussian weights, differences, masks, rows of tables, sums over steps.
#pragma once
#include "fields.h"

namespace lethe {

// Weights drawn from their distribution.
struct NoisyWeights {
  int n;
  const float *mean, *logDeviation, *epsilon;
  float* out;
  // backward
  const float* dOut;
  float *dMean, *dLogDeviation;
};

template <class V>
void fields(V& v, NoisyWeights& p, Pass pass) {
  v.size("n", p.n);
  v.floats("logDeviation", p.logDeviation, "n");
  v.floats("epsilon", p.epsilon, "n");
  if (pass == Pass::forward) {
    v.floats("mean", p.mean, "n");
    v.floats("out", p.out, "n");
    return;
  }
  v.floats("dOut", p.dOut, "n");
  v.floats("dMean", p.dMean, "n");
  v.floats("dLogDeviation", p.dLogDeviation, "n");
}

// Sums over Gaussian weights, and the gradient of their description length.
struct GaussianSums {
  int n;
  const float *mean, *logDeviation;
  // backward
  float priorMean, priorVariance, scale;
  float *dMean, *dLogDeviation;
};

template <class V>
void fields(V& v, GaussianSums& p, Pass pass) {
  v.size("n", p.n);
  v.floats("mean", p.mean, "n");
  v.floats("logDeviation", p.logDeviation, "n");
  if (pass != Pass::backward) return;
  v.number("priorMean", p.priorMean, 0);
  v.number("priorVariance", p.priorVariance, 1);
  v.number("scale", p.scale, 1);
  v.floats("dMean", p.dMean, "n");
  v.floats("dLogDeviation", p.dLogDeviation, "n");
}

// a and b may overlap
struct SquaredDistance {
  int n;
  const float *a, *b;
};

template <class V>
void fields(V& v, SquaredDistance& p, Pass) {
  v.size("n", p.n);
  v.floats("a", p.a, "n");
  v.floats("b", p.b, "n");
}

struct AddDifference {
  int n;
  const float *a, *b;
  float factor;
  float* target;
};

template <class V>
void fields(V& v, AddDifference& p, Pass) {
  v.size("n", p.n);
  v.floats("a", p.a, "n");
  v.optional("b", p.b, "n");
  v.number("factor", p.factor, 0);
  v.floats("target", p.target, "n");
}

struct AddMasked {
  int T, B, n;
  const float* source;
  Mask mask;
  float* target;
};

template <class V>
void fields(V& v, AddMasked& p, Pass) {
  v.size("T", p.T);
  v.size("B", p.B);
  v.size("n", p.n);
  v.floats("source", p.source, "TBn");
  v.mask("mask", p.mask, "n", 1, true);
  v.floats("target", p.target, "TBn");
}

// rows [M, n] of a table [V, n]
struct TableRows {
  int M, n, V;
  const int32_t* numbers;
  const float* factors;
  float *table, *rows;
};

template <class V>
void fields(V& v, TableRows& p, Pass) {
  v.size("M", p.M);
  v.size("n", p.n);
  v.size("V", p.V);
  v.numbers("numbers", p.numbers, "M", 'V');
  v.optional("factors", p.factors, "M");
  v.floats("table", p.table, "Vn");
  v.floats("rows", p.rows, "Mn");
}

// steps [T, B, n] and a row of their sum [B, n]
struct StepSums {
  int T, B, n;
  Active active;
  const float* factors;
  float *steps, *sums;
};

template <class V>
void fields(V& v, StepSums& p, Pass) {
  v.size("T", p.T);
  v.size("B", p.B);
  v.size("n", p.n);
  v.active(p.active);
  v.optional("factors", p.factors, "B");
  v.floats("steps", p.steps, "TBn");
  v.floats("sums", p.sums, "Bn");
}

}  // namespace lethe
