// Parameters of matrix products and of the cells that draw their noise.
// Letters: T time, B batch, I input, H hidden, G gates. Gradients (d...) are added to; everything else is overwritten.
#pragma once
#include "fields.h"

namespace lethe {

struct Matmul {
  int m, n, k;
  const float* a;
  bool transposeA;
  const float* b;
  bool transposeB;
  float* c;
  float alpha;
  bool accumulate;
  const float* bias;
};

template <class V>
void fields(V& v, Matmul& p, Pass) {
  v.size("m", p.m);
  v.size("n", p.n);
  v.size("k", p.k);
  v.floats("a", p.a, "mk");
  v.flag("transposeA", p.transposeA);
  v.floats("b", p.b, "kn");
  v.flag("transposeB", p.transposeB);
  v.floats("c", p.c, "mn");
  v.number("alpha", p.alpha, 1);
  v.flag("accumulate", p.accumulate);
  v.optional("bias", p.bias, "n");
}

// What every recurrent layer is given and gives back.
struct Layer {
  int T, B, I, H;
  Active active;
  const float *x, *h0, *wIn, *wRec, *bias;
  Mask maskInput, maskRecurrent, maskCell, zoneout, maskOutput;
  const float *maskWeight, *maskWeightIn;
  float zoneoutRate;
  float *h, *y;
  // backward
  const float *dy, *dhLast;
  float *dwIn, *dwRec, *dbias, *dh0, *dx, *da;
};

template <class V>
void layerFields(V& v, Layer& p, Pass pass, int gates) {
  v.size("T", p.T);
  v.size("B", p.B);
  v.size("I", p.I);
  v.size("H", p.H);
  v.constant('G', gates);
  v.active(p.active);
  v.floats("x", p.x, "TBI");
  v.floats("h0", p.h0, "BH");
  v.floats("wIn", p.wIn, "IGH");
  v.floats("wRec", p.wRec, "HGH");
  v.floats("bias", p.bias, "GH");
  v.mask("maskInput", p.maskInput, "I", gates);
  v.mask("maskRecurrent", p.maskRecurrent, "H", gates);
  v.optional("maskWeight", p.maskWeight, "HGH");
  v.optional("maskWeightIn", p.maskWeightIn, "IGH");
  v.mask("maskCell", p.maskCell, "H");
  v.mask("zoneout", p.zoneout, "H");
  v.number("zoneoutRate", p.zoneoutRate, 0);
  v.mask("maskOutput", p.maskOutput, "H");
  v.floats("h", p.h, "TBH");
  if (pass == Pass::forward) return v.floats("y", p.y, "TBH");
  v.floats("dy", p.dy, "TBH");
  v.optional("dhLast", p.dhLast, "BH");
  v.floats("dwIn", p.dwIn, "IGH");
  v.floats("dwRec", p.dwRec, "HGH");
  v.floats("dbias", p.dbias, "GH");
  v.optional("dh0", p.dh0, "BH");
  v.optional("dx", p.dx, "TBI");
  v.floats("da", p.da, "TBGH");
}

struct Rnn : Layer {
  Activation activation;
  float* n;
};

template <class V>
void fields(V& v, Rnn& p, Pass pass) {
  layerFields(v, p, pass, 1);
  v.activation(p.activation);
  v.floats("n", p.n, "TBH");
}

// What LSTM (G = 4: i f g o) and GRU (G = 3: r z n) share; columns of weights are G blocks of H.
struct Gated : Layer {
  Mask maskUpdate;
  float* gates;
  // backward
  bool fresh;
};

template <class V>
void gatedFields(V& v, Gated& p, Pass pass, int gates) {
  layerFields(v, p, pass, gates);
  v.mask("maskUpdate", p.maskUpdate, "H");
  v.floats("gates", p.gates, "TBGH");
  if (pass == Pass::backward) v.flag("fresh", p.fresh);
}

struct Lstm : Gated {
  const float* c0;
  Mask zoneoutCell;
  float zoneoutCellRate;
  float* c;
  // backward
  const float* dcLast;
  float* dc0;
};

template <class V>
void fields(V& v, Lstm& p, Pass pass) {
  gatedFields(v, p, pass, 4);
  v.floats("c0", p.c0, "BH");
  v.mask("zoneoutCell", p.zoneoutCell, "H");
  v.number("zoneoutCellRate", p.zoneoutCellRate, 0);
  v.floats("c", p.c, "TBH");
  if (pass == Pass::forward) return;
  v.optional("dcLast", p.dcLast, "BH");
  v.optional("dc0", p.dc0, "BH");
}

struct Gru : Gated {
  const float* biasRec;
  bool resetAfter;
  float* recurrentCandidate;
  // backward
  float *dbiasRec, *daRec;
};

template <class V>
void fields(V& v, Gru& p, Pass pass) {
  gatedFields(v, p, pass, 3);
  v.floats("biasRec", p.biasRec, "3H");
  v.flag("resetAfter", p.resetAfter);
  v.floats("recurrentCandidate", p.recurrentCandidate, "TBH");
  if (pass == Pass::forward) return;
  v.floats("dbiasRec", p.dbiasRec, "3H");
  v.floats("daRec", p.daRec, "TBH");
}

}  // namespace lethe
