// Parameters of the kernels, as the TypeScript contract states them: plain pointers and numbers.
//
// Letters: T time, B batch, I input, H hidden, O output, M rows, K columns. Arrays are row-major.
// A null pointer is an absent array. Gradients (d...) are added to; everything else is overwritten.
#pragma once
#include <cstddef>
#include <cstdint>

namespace lethe {

enum class Activation { tanh, sigmoid, relu, identity };
enum class Form { wangManning, probit, gaussHermite };

// Element j of row b at step t: data[t * time + b * batch + j]; a stride of 0 shares the mask along that axis.
struct Mask {
  const float* data = nullptr;
  long gate = 0, time = 0, batch = 0;
  const float* row(long t, long b) const { return data ? data + t * time + b * batch : nullptr; }
};

// Row b counts for start[b] <= t < stop[b].
struct Active {
  const int32_t* start = nullptr;
  const int32_t* stop = nullptr;
  bool at(long t, long b) const { return (!start || t >= start[b]) && (!stop || t < stop[b]); }
  bool partial() const { return start || stop; }
};

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

struct Rnn {
  int T, B, I, H;
  Activation activation;
  Active active;
  const float *x, *h0, *wIn, *wRec, *bias;
  Mask maskInput, maskRecurrent, maskCell, zoneout, maskOutput;
  const float *maskWeight, *maskWeightIn;
  float zoneoutRate;
  float *n, *h, *y;
  // backward
  const float *dy, *dhLast;
  float *dwIn, *dwRec, *dbias, *dh0, *dx, *da;
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

struct MomentsActivation {
  MomentFunction f;
  long n;
  const float *mean, *variance;
  float *outMean, *outVariance;
  const float *dOutMean, *dOutVariance;
  float *dMean, *dVariance;
};

struct MomentsLinear {
  int M, I, O;
  const float *mean, *variance, *w, *bias;
  NoiseMoments noise;
  float *noisyVariance, *outMean, *outVariance;
  const float *dOutMean, *dOutVariance;
  float *dMean, *dVariance, *dw, *dbias;
  bool fresh;
};

struct MomentsRnn {
  int T, B, I, H;
  MomentFunction f;
  Active active;
  const float *x, *xVariance, *h0, *h0Variance, *wIn, *wRec, *bias;
  NoiseMoments noiseInput, noiseRecurrent;
  const float* epsilon;
  float *aMean, *aVariance, *hMean, *hVariance;
  // backward
  const float *dhMean, *dhVariance;
  float *dwIn, *dwRec, *dbias, *dh0, *dh0Variance, *dx, *dxVariance, *daMean, *daVariance;
};

struct BernoulliNll {
  int M, K;
  const float *logits, *variance, *targets, *stepMask;
  float* rowLoss;
  float scale;
  float *dLogits, *dVariance;
  bool fresh;
};

// One update over many arrays at once.
struct Update {
  int count;
  const size_t* sizes;
  float* const* parameters;
  const float* const* gradients;
  float* const* first;   // velocities, or first moments
  float* const* second;  // mean squares, or second moments
  float gradScale, rate, momentum, decay, epsilon, weightDecay;
  float decayRest;  // 1 - decay, rounded from float64, as are the two below
  float beta1, beta2, beta1Rest, beta2Rest, correction1, correction2;
  bool decoupled;
};

struct Stream {
  uint32_t seedLow, seedHigh, step, site, pass;
};

struct Draw {
  Stream stream;
  size_t n;
  float* out;
  uint32_t* bits;
  double rate, scale, dropped, mean, deviation, low, high;
};

class Pool;

// What one instruction set offers.
struct KernelTable {
  const char* isa;
  void (*matmul)(const Matmul&, Pool&);
  void (*rnnForward)(const Rnn&, Pool&);
  void (*rnnBackward)(const Rnn&, Pool&);
  void (*momentsActivationForward)(const MomentsActivation&, Pool&);
  void (*momentsActivationBackward)(const MomentsActivation&, Pool&);
  void (*momentsLinearForward)(const MomentsLinear&, Pool&);
  void (*momentsLinearBackward)(const MomentsLinear&, Pool&);
  void (*momentsRnnForward)(const MomentsRnn&, Pool&);
  void (*momentsRnnBackward)(const MomentsRnn&, Pool&);
  void (*bernoulliNllForward)(const BernoulliNll&, Pool&);
  void (*bernoulliNllBackward)(const BernoulliNll&, Pool&);
  double (*sumSquares)(const Update&, Pool&);
  void (*sgd)(const Update&, Pool&);
  void (*rmsprop)(const Update&, Pool&);
  void (*adam)(const Update&, Pool&);
  void (*bernoulliMask)(const Draw&, Pool&);
  void (*normal)(const Draw&, Pool&);
  void (*uniform)(const Draw&, Pool&);
  void (*bits)(const Draw&, Pool&);
};

}  // namespace lethe
