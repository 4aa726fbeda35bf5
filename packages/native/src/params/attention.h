// Parameters of attention: queries of T steps over S positions of a memory.
#pragma once
#include "fields.h"

namespace lethe {

struct Attention {
  int T, B, S, K, E;
  const int32_t* last;
  // forward: the memory has C columns, of which row b reads columns[b]
  int C;
  const int32_t* columns;
  bool factored;
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
  v.optional("v", p.v, "K");
  v.floats("weights", p.weights, "TBS");
  if (pass == Pass::forward) {
    v.size("C", p.C);
    v.numbers("columns", p.columns, "B", 'C');
    v.flag("factored", p.factored);
    v.floats("keys", p.keys, "SCK");
    v.floats("memory", p.memory, "SCE");
    v.floats("context", p.context, "TBE");
    return;
  }
  v.floats("keys", p.keys, "SBK");
  v.floats("memory", p.memory, "SBE");
  v.optional("dWeights", p.dWeights, "TBS");
  v.floats("dContext", p.dContext, "TBE");
  v.optional("dQuery", p.dQuery, "TBK");
  v.optional("dKeys", p.dKeys, "SBK");
  v.optional("dMemory", p.dMemory, "SBE");
  v.optional("dv", p.dv, "K");
}

}  // namespace lethe
