// Parameters of the NADE readout. Letters: T time, B batch, D dimensions of a frame, K hidden units.
#pragma once
#include "fields.h"

namespace lethe {

struct Nade {
  int T, B, D, K;
  const float *hiddenBias, *hiddenVariance, *visibleBias, *visibleVariance, *visible, *weightIn, *weightOut;
  const int32_t* order;
  Mask maskHidden;
  const float* stepMask;
  float *rowLoss, *logits;
  // backward
  const float* dRowLoss;
  float *dHiddenBias, *dHiddenVariance, *dVisibleBias, *dVisibleVariance, *dWeightIn, *dWeightOut;
};

template <class V>
void fields(V& v, Nade& p, Pass pass) {
  v.size("T", p.T);
  v.size("B", p.B);
  v.size("D", p.D);
  v.size("K", p.K);
  v.floats("hiddenBias", p.hiddenBias, "TBK");
  v.optional("hiddenVariance", p.hiddenVariance, "TBK");
  v.optional("visibleVariance", p.visibleVariance, "TBD");
  v.floats("visible", p.visible, "TBD");
  v.floats("weightIn", p.weightIn, "DK");
  v.floats("weightOut", p.weightOut, "DK");
  v.numbers("order", p.order, "D", 'D');
  v.mask("maskHidden", p.maskHidden, "K");
  v.floats("logits", p.logits, "TBD");
  if (pass == Pass::forward) {
    v.floats("visibleBias", p.visibleBias, "TBD");
    v.optional("stepMask", p.stepMask, "TB");
    return v.floats("rowLoss", p.rowLoss, "TB");
  }
  v.floats("dRowLoss", p.dRowLoss, "TB");
  v.optional("dHiddenBias", p.dHiddenBias, "TBK");
  v.optional("dHiddenVariance", p.dHiddenVariance, "TBK");
  v.optional("dVisibleBias", p.dVisibleBias, "TBD");
  v.optional("dVisibleVariance", p.dVisibleVariance, "TBD");
  v.optional("dWeightIn", p.dWeightIn, "DK");
  v.optional("dWeightOut", p.dWeightOut, "DK");
}

}  // namespace lethe
