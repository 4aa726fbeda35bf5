// Parameters of attention: queries of T steps over S positions of a memory.
#pragma once
#include "fields.h"

namespace lethe {

struct Attention {
  int T, B, S, K, E;
  const int32_t* last;
  const float *query, *keys, *v, *memory;
  float *weights, *context;
  // backward
  const float *dWeights, *dContext;
  float *dQuery, *dKeys, *dMemory, *dv;
};

template <class V>
void fields(V& v, Attention& p, Pass pass) {
  v.size("T", p.T);
  v.size("B", p.B);
  v.size("S", p.S);
  v.size("K", p.K);
  v.size("E", p.E);
  v.numbers("last", p.last, "B", 'S');
  v.floats("query", p.query, "TBK");
  v.floats("keys", p.keys, "SBK");
  v.optional("v", p.v, "K");
  v.floats("memory", p.memory, "SBE");
  v.floats("weights", p.weights, "TBS");
  if (pass == Pass::forward) {
    v.floats("context", p.context, "TBE");
    return;
  }
  v.optional("dWeights", p.dWeights, "TBS");
  v.floats("dContext", p.dContext, "TBE");
  v.optional("dQuery", p.dQuery, "TBK");
  v.optional("dKeys", p.dKeys, "SBK");
  v.optional("dMemory", p.dMemory, "SBE");
  v.optional("dv", p.dv, "K");
}

}  // namespace lethe
