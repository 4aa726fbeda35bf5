// Parameters of recurrent layers with a deep transition. Letters: T time, B batch, I input, H units of every layer, N layers between
// h_{t-1} and the new state, P pieces of a unit of theirs, Q of the new state's, S 1 with a shortcut past them.
#pragma once
#include "moments.h"
#include "recurrent.h"

namespace lethe {

// Units of a whole array of pieces. Letters: M rows, H units, P pieces of each.
struct TransferUnits {
  int M, H, P;
  Transfer activation;
  int doublings;
  const float* a;
  float* units;
  // backward
  const float* dUnits;
  float* da;
};

template <class V>
void fields(V& v, TransferUnits& p, Pass pass) {
  v.size("M", p.M);
  v.size("H", p.H);
  v.size("P", p.P);
  v.transfer("activation", p.activation);
  v.size("doublings", p.doublings);
  v.floats("a", p.a, "MPH");
  v.floats("units", p.units, "MH");
  if (pass == Pass::forward) return;
  v.floats("dUnits", p.dUnits, "MH");
  v.floats("da", p.da, "MPH");
}

struct DeepRnn : Layer {
  int N, P, Q, S;
  Transfer activation, inner;
  int doublings;  // of the order of lp units, 2^doublings
  Mask maskTransition;
  float *n, *units, *a;
};

template <class V>
void fields(V& v, DeepRnn& p, Pass pass) {
  v.size("T", p.T);
  v.size("B", p.B);
  v.size("I", p.I);
  v.size("H", p.H);
  v.size("N", p.N);
  v.size("P", p.P);
  v.size("Q", p.Q);
  v.size("S", p.S);
  v.size("doublings", p.doublings);
  v.active(p.active);
  v.transfer("activation", p.activation);
  v.transfer("inner", p.inner);
  v.floats("x", p.x, "TBI");
  v.floats("h0", p.h0, "BH");
  v.floats("wIn", p.wIn, "IPH");
  v.floats("wRec", p.wRec, "NPHH+QHH+SQHH");
  v.floats("bias", p.bias, "NPH+QH");
  v.mask("maskInput", p.maskInput, "I");
  v.mask("maskRecurrent", p.maskRecurrent, "H");
  v.mask("maskTransition", p.maskTransition, "NH");
  v.optional("maskWeight", p.maskWeight, "NPHH+QHH+SQHH");
  v.optional("maskWeightIn", p.maskWeightIn, "IPH");
  v.mask("maskCell", p.maskCell, "H");
  v.mask("zoneout", p.zoneout, "H");
  v.number("zoneoutRate", p.zoneoutRate, 0);
  v.mask("maskOutput", p.maskOutput, "H");
  v.optional("a", p.a, "TBNPH+TBQH");
  v.floats("units", p.units, "TBNH");
  v.floats("n", p.n, "TBH");
  v.floats("h", p.h, "TBH");
  if (pass == Pass::forward) return v.floats("y", p.y, "TBH");
  v.floats("dy", p.dy, "TBH");
  v.optional("dhLast", p.dhLast, "BH");
  v.floats("dwIn", p.dwIn, "IPH");
  v.floats("dwRec", p.dwRec, "NPHH+QHH+SQHH");
  v.floats("dbias", p.dbias, "NPH+QH");
  v.optional("dh0", p.dh0, "BH");
  v.optional("dx", p.dx, "TBI");
  v.floats("da", p.da, "TBNPH+TBQH");
}

struct MomentsDeepRnn {
  int T, B, I, H, N, S;
  MomentFunction f;  // of the new state
  Transfer inner;
  Active active;
  const float *x, *xVariance, *h0, *h0Variance, *wIn, *wRec, *bias;
  NoiseMoments noiseInput, noiseRecurrent, noiseTransition;
  const float* epsilon;
  float *aMean, *aVariance, *unitsMean, *unitsVariance, *hMean, *hVariance;
  // backward
  const float *dhMean, *dhVariance;
  float *dwIn, *dwRec, *dbias, *dh0, *dh0Variance, *dx, *dxVariance, *daMean, *daVariance;
};

template <class V>
void fields(V& v, MomentsDeepRnn& p, Pass pass) {
  v.size("T", p.T);
  v.size("B", p.B);
  v.size("I", p.I);
  v.size("H", p.H);
  v.size("N", p.N);
  v.size("S", p.S);
  v.activation(p.f.activation);
  v.transfer("inner", p.inner);
  v.rule(p.f);
  v.active(p.active);
  v.floats("x", p.x, "TBI");
  v.optional("xVariance", p.xVariance, "TBI");
  v.floats("h0", p.h0, "BH");
  v.optional("h0Variance", p.h0Variance, "BH");
  v.floats("wIn", p.wIn, "IH");
  v.floats("wRec", p.wRec, "NHH+HH+SHH");
  v.floats("bias", p.bias, "NH+H");
  v.noise("noiseInput", p.noiseInput);
  v.noise("noiseRecurrent", p.noiseRecurrent);
  v.noise("noiseTransition", p.noiseTransition);
  v.optional("epsilon", p.epsilon, "TBNH+TBH");
  v.floats("aMean", p.aMean, "TBNH+TBH");
  v.floats("aVariance", p.aVariance, "TBNH+TBH");
  v.floats("unitsMean", p.unitsMean, "TBNH");
  v.floats("unitsVariance", p.unitsVariance, "TBNH");
  v.floats("hMean", p.hMean, "TBH");
  v.floats("hVariance", p.hVariance, "TBH");
  if (pass == Pass::forward) return;
  v.floats("dhMean", p.dhMean, "TBH");
  v.optional("dhVariance", p.dhVariance, "TBH");
  v.floats("dwIn", p.dwIn, "IH");
  v.floats("dwRec", p.dwRec, "NHH+HH+SHH");
  v.floats("dbias", p.dbias, "NH+H");
  v.optional("dh0", p.dh0, "BH");
  v.optional("dh0Variance", p.dh0Variance, "BH");
  v.optional("dx", p.dx, "TBI");
  v.optional("dxVariance", p.dxVariance, "TBI");
  v.floats("daMean", p.daMean, "TBNH+TBH");
  v.floats("daVariance", p.daVariance, "TBNH+TBH");
}

}  // namespace lethe
