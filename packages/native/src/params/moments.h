// Parameters of the kernels that propagate mean and variance. Letters as for the cells that draw.
#pragma once
#include "fields.h"

namespace lethe {

struct MomentsActivation {
  MomentFunction f;
  int n;
  const float *mean, *variance;
  float *outMean, *outVariance;
  // backward
  const float *dOutMean, *dOutVariance;
  float *dMean, *dVariance;
};

template <class V>
void fields(V& v, MomentsActivation& p, Pass pass) {
  v.activation(p.f.activation);
  v.rule(p.f);
  v.size("n", p.n);
  v.floats("mean", p.mean, "n");
  v.floats("variance", p.variance, "n");
  v.floats("outMean", p.outMean, "n");
  v.floats("outVariance", p.outVariance, "n");
  if (pass == Pass::forward) return;
  v.floats("dOutMean", p.dOutMean, "n");
  v.floats("dOutVariance", p.dOutVariance, "n");
  v.floats("dMean", p.dMean, "n");
  v.floats("dVariance", p.dVariance, "n");
}

struct MomentsLinear {
  int M, I, O;
  const float *mean, *variance, *w, *bias;
  NoiseMoments noise;
  float *noisyVariance, *outMean, *outVariance;
  // backward
  const float *dOutMean, *dOutVariance;
  float *dMean, *dVariance, *dw, *dbias;
  bool fresh;
};

template <class V>
void fields(V& v, MomentsLinear& p, Pass pass) {
  v.size("M", p.M);
  v.size("I", p.I);
  v.size("O", p.O);
  v.floats("mean", p.mean, "MI");
  v.optional("variance", p.variance, "MI");
  v.floats("w", p.w, "IO");
  v.floats("bias", p.bias, "O");
  v.noise("noise", p.noise);
  v.floats("noisyVariance", p.noisyVariance, "MI");
  if (pass == Pass::forward) {
    v.floats("outMean", p.outMean, "MO");
    v.floats("outVariance", p.outVariance, "MO");
    return;
  }
  v.floats("dOutMean", p.dOutMean, "MO");
  v.floats("dOutVariance", p.dOutVariance, "MO");
  v.optional("dMean", p.dMean, "MI");
  v.optional("dVariance", p.dVariance, "MI");
  v.flag("fresh", p.fresh);
  v.floats("dw", p.dw, "IO");
  v.floats("dbias", p.dbias, "O");
}

// What every recurrent layer is given and gives back in moments. G gates in the weights, A blocks of pre-activations.
struct MomentsLayer {
  int T, B, I, H;
  MomentFunction f;  // gated cells do not read its activation
  Active active;
  const float *x, *xVariance, *h0, *h0Variance, *wIn, *wRec, *bias;
  NoiseMoments noiseInput, noiseRecurrent;
  const float* epsilon;
  float *aMean, *aVariance, *hMean, *hVariance;
  // backward
  const float *dhMean, *dhVariance;
  float *dwIn, *dwRec, *dbias, *dh0, *dh0Variance, *dx, *dxVariance, *daMean, *daVariance;
};

template <class V>
void momentsLayerFields(V& v, MomentsLayer& p, Pass pass, int gates, int blocks) {
  v.size("T", p.T);
  v.size("B", p.B);
  v.size("I", p.I);
  v.size("H", p.H);
  v.constant('G', gates);
  v.constant('A', blocks);
  v.rule(p.f);
  v.active(p.active);
  v.floats("x", p.x, "TBI");
  v.optional("xVariance", p.xVariance, "TBI");
  v.floats("h0", p.h0, "BH");
  v.optional("h0Variance", p.h0Variance, "BH");
  v.floats("wIn", p.wIn, "IGH");
  v.floats("wRec", p.wRec, "HGH");
  v.floats("bias", p.bias, "GH");
  v.noise("noiseInput", p.noiseInput);
  v.noise("noiseRecurrent", p.noiseRecurrent);
  v.optional("epsilon", p.epsilon, "TBAH");
  v.floats("aMean", p.aMean, "TBAH");
  v.floats("aVariance", p.aVariance, "TBAH");
  v.floats("hMean", p.hMean, "TBH");
  v.floats("hVariance", p.hVariance, "TBH");
  if (pass == Pass::forward) return;
  v.floats("dhMean", p.dhMean, "TBH");
  v.optional("dhVariance", p.dhVariance, "TBH");
  v.floats("dwIn", p.dwIn, "IGH");
  v.floats("dwRec", p.dwRec, "HGH");
  v.floats("dbias", p.dbias, "GH");
  v.optional("dh0", p.dh0, "BH");
  v.optional("dh0Variance", p.dh0Variance, "BH");
  v.optional("dx", p.dx, "TBI");
  v.optional("dxVariance", p.dxVariance, "TBI");
  v.floats("daMean", p.daMean, "TBAH");
  v.floats("daVariance", p.daVariance, "TBAH");
}

struct MomentsRnn : MomentsLayer {};

template <class V>
void fields(V& v, MomentsRnn& p, Pass pass) {
  v.activation(p.f.activation);
  momentsLayerFields(v, p, pass, 1, 1);
}

// Pre-activations have 4H columns: i f g o, or r, z, input side and recurrent side of n.
struct MomentsGated : MomentsLayer {};

struct MomentsLstm : MomentsGated {
  const float *c0, *c0Variance;
  float *cMean, *cVariance;
  // backward
  const float *dcMeanLast, *dcVarianceLast;
  float *dc0, *dc0Variance;
};

template <class V>
void fields(V& v, MomentsLstm& p, Pass pass) {
  momentsLayerFields(v, p, pass, 4, 4);
  v.floats("c0", p.c0, "BH");
  v.optional("c0Variance", p.c0Variance, "BH");
  v.floats("cMean", p.cMean, "TBH");
  v.floats("cVariance", p.cVariance, "TBH");
  if (pass == Pass::forward) return;
  v.optional("dcMeanLast", p.dcMeanLast, "BH");
  v.optional("dcVarianceLast", p.dcVarianceLast, "BH");
  v.optional("dc0", p.dc0, "BH");
  v.optional("dc0Variance", p.dc0Variance, "BH");
}

struct MomentsGru : MomentsGated {
  const float* biasRec;
  // backward
  float* dbiasRec;
};

template <class V>
void fields(V& v, MomentsGru& p, Pass pass) {
  momentsLayerFields(v, p, pass, 3, 4);
  v.floats("biasRec", p.biasRec, "3H");
  if (pass == Pass::backward) v.floats("dbiasRec", p.dbiasRec, "3H");
}

}  // namespace lethe
