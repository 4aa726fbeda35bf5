// Parameters of the kernels, as the TypeScript contract states them: plain pointers and numbers.
//
// Letters: T time, B batch, I input, H hidden, O output, M rows, K columns. Arrays are row-major.
// A null pointer is an absent array. Gradients (d...) are added to; everything else is overwritten.
#pragma once
#include <cstddef>
#include <cstdint>

namespace lethe {

enum class Activation { tanh, sigmoid, relu, identity };
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

// What LSTM (G = 4: i f g o) and GRU (G = 3: r z n) share; columns of weights are G blocks of H.
struct Gated {
  int T, B, I, H;
  Active active;
  const float *x, *h0, *wIn, *wRec, *bias;
  Mask maskInput, maskRecurrent, maskUpdate, maskCell, zoneout, maskOutput;
  const float *maskWeight, *maskWeightIn;
  float zoneoutRate;
  float *gates, *h, *y;
  // backward
  const float *dy, *dhLast;
  float *dwIn, *dwRec, *dbias, *dh0, *dx, *da;
  bool fresh;
};

struct Lstm : Gated {
  const float* c0;
  Mask zoneoutCell;
  float zoneoutCellRate;
  float* c;
  // backward
  const float* dcLast;
  float* dc0;
};

struct Gru : Gated {
  const float* biasRec;
  bool resetAfter;
  float* recurrentCandidate;
  // backward
  float *dbiasRec, *daRec;
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

// Arrays of pre-activations have 4H columns: i f g o, or r, z, input side and recurrent side of n.
struct MomentsGated {
  int T, B, I, H;
  MomentFunction f;  // its activation is not read
  Active active;
  const float *x, *xVariance, *h0, *h0Variance, *wIn, *wRec, *bias;
  NoiseMoments noiseInput, noiseRecurrent;
  const float* epsilon;
  float *aMean, *aVariance, *hMean, *hVariance;
  // backward
  const float *dhMean, *dhVariance;
  float *dwIn, *dwRec, *dbias, *dh0, *dh0Variance, *dx, *dxVariance, *daMean, *daVariance;
};

struct MomentsLstm : MomentsGated {
  const float *c0, *c0Variance;
  float *cMean, *cVariance;
  // backward
  const float *dcMeanLast, *dcVarianceLast;
  float *dc0, *dc0Variance;
};

struct MomentsGru : MomentsGated {
  const float* biasRec;
  float* dbiasRec;
};

struct SoftmaxNll {
  int M, K;
  const float* logits;
  const int32_t* targets;
  const float* stepMask;
  float* rowLoss;
  float scale;
  float* dLogits;
  bool fresh;
};

// Gaussian weights: drawing them, their sums, and the gradient of their description length.
struct GaussianWeights {
  long n;
  const float *mean, *logDeviation, *epsilon;
  float* out;
  const float* dOut;
  float *dMean, *dLogDeviation;
  float priorMean, priorVariance, scale;
};

// x [M, I], w [K, I], a readout over K classes; the last five may be null
struct Readout {
  int M, I, K;
  const float *x, *w, *bias;
  const int32_t* targets;
  const float* stepMask;
  float* rowLoss;
  float scale;
  float *dx, *dw, *dbias;
};

// a and b may overlap; b may be null
struct Difference {
  long n;
  const float *a, *b;
  float factor;
  float* target;
};

// rows [M, n] and table [V, n]; factors [M] may be null
struct TableRows {
  long M, n;
  const int32_t* numbers;
  const float* factors;
  float *table, *rows;
};

struct MaskedSum {
  int T, B, n;
  const float* source;
  Mask mask;
  float* target;
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
  void (*lstmForward)(const Lstm&, Pool&);
  void (*lstmBackward)(const Lstm&, Pool&);
  void (*gruForward)(const Gru&, Pool&);
  void (*gruBackward)(const Gru&, Pool&);
  void (*momentsLstmForward)(const MomentsLstm&, Pool&);
  void (*momentsLstmBackward)(const MomentsLstm&, Pool&);
  void (*momentsGruForward)(const MomentsGru&, Pool&);
  void (*momentsGruBackward)(const MomentsGru&, Pool&);
  void (*softmaxNllForward)(const SoftmaxNll&, Pool&);
  void (*softmaxNllBackward)(const SoftmaxNll&, Pool&);
  void (*readoutNll)(const Readout&, Pool&);
  double (*readoutSquares)(const Readout&, Pool&);
  void (*noisyWeights)(const GaussianWeights&, Pool&);
  void (*noisyWeightsBackward)(const GaussianWeights&, Pool&);
  void (*gaussianSums)(const GaussianWeights&, double* sums, Pool&);  // sums [4]
  void (*gaussianKlBackward)(const GaussianWeights&, Pool&);
  void (*bernoulliNllForward)(const BernoulliNll&, Pool&);
  void (*bernoulliNllBackward)(const BernoulliNll&, Pool&);
  double (*sumSquares)(const Update&, Pool&);
  double (*squaredDistance)(const Difference&, Pool&);
  void (*addDifference)(const Difference&, Pool&);
  void (*addMasked)(const MaskedSum&, Pool&);
  void (*gatherRows)(const TableRows&, Pool&);
  void (*scatterRows)(const TableRows&, Pool&);
  void (*sgd)(const Update&, Pool&);
  void (*rmsprop)(const Update&, Pool&);
  void (*adam)(const Update&, Pool&);
  void (*bernoulliMask)(const Draw&, Pool&);
  void (*normal)(const Draw&, Pool&);
  void (*uniform)(const Draw&, Pool&);
  void (*bits)(const Draw&, Pool&);
};

}  // namespace lethe
