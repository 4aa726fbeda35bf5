// Parameters of the NADE readout. Letters: T time, B batch, D dimensions of a frame, K hidden units.
#pragma once
#include "fields.h"

namespace lethe {

struct Nade {
  int T, B, D, K;
  const float *biases, *variances;  // rows of K + D: of the hidden units, then of the dimensions
  const float *visible, *weightIn, *weightOut;
  const int32_t* order;
  Mask maskHidden;
  const float* stepMask;
  float *rowLoss, *logits;
  // backward
  const float* dRowLoss;
  float *dBiases, *dVariances, *dWeightIn, *dWeightOut;
  bool fresh;

  long hiddenAt(long m) const { return m * ((long)K + D); }
  long visibleAt(long m) const { return hiddenAt(m) + K; }
};

template <class V>
void fields(V& v, Nade& p, Pass pass) {
  v.size("T", p.T);
  v.size("B", p.B);
  v.size("D", p.D);
  v.size("K", p.K);
  v.floats("biases", p.biases, "TBK+TBD");
  v.optional("variances", p.variances, "TBK+TBD");
  v.floats("visible", p.visible, "TBD");
  v.floats("weightIn", p.weightIn, "DK");
  v.floats("weightOut", p.weightOut, "DK");
  v.numbers("order", p.order, "D", 'D');
  v.mask("maskHidden", p.maskHidden, "K");
  v.floats("logits", p.logits, "TBD");
  if (pass == Pass::forward) {
    v.optional("stepMask", p.stepMask, "TB");
    return v.floats("rowLoss", p.rowLoss, "TB");
  }
  v.floats("dRowLoss", p.dRowLoss, "TB");
  v.optional("dBiases", p.dBiases, "TBK+TBD");
  v.optional("dVariances", p.dVariances, "TBK+TBD");
  v.optional("dWeightIn", p.dWeightIn, "DK");
  v.optional("dWeightOut", p.dWeightOut, "DK");
  v.flag("fresh", p.fresh);
}

}  // namespace lethe
