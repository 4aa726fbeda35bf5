// Parameters of draws: the address of a stream and what becomes of its numbers.
#pragma once
#include "fields.h"

namespace lethe {

struct Draw {
  Stream stream;
  size_t n;
};

struct BernoulliMask : Draw {
  double rate;
  float scale, dropped;
  float* out;
};

template <class V>
void fields(V& v, BernoulliMask& p, Pass) {
  v.stream(p.stream);
  v.rate("rate", p.rate);
  v.number("scale", p.scale, 0);
  v.number("dropped", p.dropped, 0);
  v.whole("out", p.out, p.n);
}

struct NormalDraw : Draw {
  float mean, deviation;
  float* out;
};

template <class V>
void fields(V& v, NormalDraw& p, Pass) {
  v.stream(p.stream);
  v.number("mean", p.mean, 0);
  v.number("deviation", p.deviation, 0);
  v.whole("out", p.out, p.n);
}

struct UniformDraw : Draw {
  double low, high;
  float* out;
};

template <class V>
void fields(V& v, UniformDraw& p, Pass) {
  v.stream(p.stream);
  v.number("low", p.low, 0);
  v.number("high", p.high, 0);
  v.whole("out", p.out, p.n);
}

struct BitsDraw : Draw {
  uint32_t* out;
};

template <class V>
void fields(V& v, BitsDraw& p, Pass) {
  v.stream(p.stream);
  v.whole("out", p.out, p.n);
}

}  // namespace lethe
