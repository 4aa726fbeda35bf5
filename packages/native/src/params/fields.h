// How a kernel's parameters are described, once for everybody who fills them.
//
// Beside every struct of parameters stands a function `fields(v, p, pass)` that shows each of them to a visitor: its name in the
// TypeScript contract, where it lives, its dimensions. Reader (reader.h) takes their values in that order and checks
// lengths; Describer (describe.h) writes them down, for the test that holds contract and structs together and for
// bindings that fill the structs from outside.
//
// Dimensions are a product of letters and digits, or a sum of such: "TBH" is T * B * H elements, "4TBH" four times as many, "TBH+H" H
// more. A letter is a `size` that was shown before, or a `constant` of the kernel such as the gates of a cell.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace lethe {

// Which of the kernels over one struct is called.
enum class Pass { once, forward, backward };

enum class Activation { tanh, sigmoid, relu, identity };
// What a unit does with its pieces, of which the first four have one: the largest piece, or the norm of order p of all.
enum class Transfer { tanh, sigmoid, relu, identity, maxout, lp };
enum class Form { wangManning, probit, daunizeau, gaussHermite };

// Element j of row b at step t and gate g: data[g * gate + t * time + b * batch + j]; a stride of 0 shares the mask along that axis.
struct Mask {
  const float* data = nullptr;
  long gate = 0, time = 0, batch = 0;
  const float* row(long t, long b, long g = 0) const { return data ? data + g * gate + t * time + b * batch : nullptr; }
  bool perGate() const { return data && gate != 0; }
};

// Row b counts for start[b] <= t < stop[b].
struct Active {
  const int32_t* start = nullptr;
  const int32_t* stop = nullptr;
  bool at(long t, long b) const { return (!start || t >= start[b]) && (!stop || t < stop[b]); }
  bool partial() const { return start || stop; }
};

// E[m u] = mean E[u]; Var[m u] = square E[u]^2 + variance Var[u].
struct NoiseMoments {
  float mean, square, variance;
};

struct MomentFunction {
  Activation activation;
  Form form;
  int points;
  const double *nodes, *weights;
};

struct Stream {
  uint32_t seedLow, seedHigh, step, site, pass;
};

}  // namespace lethe
