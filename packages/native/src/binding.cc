// The door between JavaScript and the kernels (Node-API version 8). Each function takes one object whose
// properties carry the names of the TypeScript contract; arrays are Float32Arrays.
#include <cstdlib>
#include <vector>

#include "dispatch.h"
#include "params.h"
#include "pool.h"
#include "precision.h"
#include "reader.h"

namespace lethe {
namespace {

const KernelTable* kernels = nullptr;

void readMatmul(Reader& r, Matmul& p) {
  p.m = r.count("m");
  p.n = r.count("n");
  p.k = r.count("k");
  p.a = r.floats("a", (size_t)p.m * p.k);
  p.b = r.floats("b", (size_t)p.k * p.n);
  p.c = r.floats("c", (size_t)p.m * p.n);
  p.transposeA = r.flag("transposeA");
  p.transposeB = r.flag("transposeB");
  p.alpha = (float)r.number("alpha", 1);
  p.accumulate = r.flag("accumulate");
  p.bias = r.optional("bias", p.n);
}

void readRnn(Reader& r, Rnn& p, bool backward) {
  p = Rnn{};
  p.T = r.count("T");
  p.B = r.count("B");
  p.I = r.count("I");
  p.H = r.count("H");
  const size_t state = (size_t)p.B * p.H, all = p.T * state, input = (size_t)p.T * p.B * p.I;
  p.activation = r.activation();
  p.active = r.active(p.B);
  p.x = r.floats("x", input);
  p.h0 = r.floats("h0", state);
  p.wIn = r.floats("wIn", (size_t)p.I * p.H);
  p.wRec = r.floats("wRec", (size_t)p.H * p.H);
  p.bias = r.floats("bias", p.H);
  p.maskInput = r.mask("maskInput", p.T, p.B, p.I);
  p.maskRecurrent = r.mask("maskRecurrent", p.T, p.B, p.H);
  p.maskCell = r.mask("maskCell", p.T, p.B, p.H);
  p.zoneout = r.mask("zoneout", p.T, p.B, p.H);
  p.maskOutput = r.mask("maskOutput", p.T, p.B, p.H);
  p.maskWeight = r.optional("maskWeight", (size_t)p.H * p.H);
  p.maskWeightIn = r.optional("maskWeightIn", (size_t)p.I * p.H);
  p.zoneoutRate = (float)r.number("zoneoutRate");
  p.n = r.floats("n", all);
  p.h = r.floats("h", all);
  if (!backward) {
    p.y = r.floats("y", all);
    return;
  }
  p.dy = r.floats("dy", all);
  p.dhLast = r.optional("dhLast", state);
  p.dwIn = r.floats("dwIn", (size_t)p.I * p.H);
  p.dwRec = r.floats("dwRec", (size_t)p.H * p.H);
  p.dbias = r.floats("dbias", p.H);
  p.dh0 = r.optionalOut("dh0", state);
  p.dx = r.optionalOut("dx", input);
  p.da = r.floats("da", all);
}

// What both gated cells are given; `gates` of them.
void readGated(Reader& r, Gated& p, size_t gates, bool backward) {
  p.T = r.count("T");
  p.B = r.count("B");
  p.I = r.count("I");
  p.H = r.count("H");
  const size_t state = (size_t)p.B * p.H, all = p.T * state, input = (size_t)p.T * p.B * p.I;
  p.active = r.active(p.B);
  p.x = r.floats("x", input);
  p.h0 = r.floats("h0", state);
  p.wIn = r.floats("wIn", gates * p.I * p.H);
  p.wRec = r.floats("wRec", gates * p.H * p.H);
  p.bias = r.floats("bias", gates * p.H);
  p.maskInput = r.mask("maskInput", p.T, p.B, p.I, gates);
  p.maskRecurrent = r.mask("maskRecurrent", p.T, p.B, p.H, gates);
  p.maskWeight = r.optional("maskWeight", gates * p.H * p.H);
  p.maskWeightIn = r.optional("maskWeightIn", gates * p.I * p.H);
  p.maskUpdate = r.mask("maskUpdate", p.T, p.B, p.H);
  p.maskCell = r.mask("maskCell", p.T, p.B, p.H);
  p.zoneout = r.mask("zoneout", p.T, p.B, p.H);
  p.zoneoutRate = (float)r.number("zoneoutRate");
  p.maskOutput = r.mask("maskOutput", p.T, p.B, p.H);
  p.gates = r.floats("gates", gates * all);
  p.h = r.floats("h", all);
  if (!backward) {
    p.y = r.floats("y", all);
    return;
  }
  p.dy = r.floats("dy", all);
  p.dhLast = r.optional("dhLast", state);
  p.dwIn = r.floats("dwIn", gates * p.I * p.H);
  p.dwRec = r.floats("dwRec", gates * p.H * p.H);
  p.dbias = r.floats("dbias", gates * p.H);
  p.dh0 = r.optionalOut("dh0", state);
  p.dx = r.optionalOut("dx", input);
  p.da = r.floats("da", gates * all);
  p.fresh = r.flag("fresh");
}

void readLstm(Reader& r, Lstm& p, bool backward) {
  p = Lstm{};
  readGated(r, p, 4, backward);
  const size_t state = (size_t)p.B * p.H;
  p.c0 = r.floats("c0", state);
  p.zoneoutCell = r.mask("zoneoutCell", p.T, p.B, p.H);
  p.zoneoutCellRate = (float)r.number("zoneoutCellRate");
  p.c = r.floats("c", p.T * state);
  if (!backward) return;
  p.dcLast = r.optional("dcLast", state);
  p.dc0 = r.optionalOut("dc0", state);
}

void readGru(Reader& r, Gru& p, bool backward) {
  p = Gru{};
  readGated(r, p, 3, backward);
  const size_t all = (size_t)p.T * p.B * p.H;
  p.biasRec = r.floats("biasRec", 3 * (size_t)p.H);
  p.resetAfter = r.flag("resetAfter");
  p.recurrentCandidate = r.floats("recurrentCandidate", all);
  if (!backward) return;
  p.dbiasRec = r.floats("dbiasRec", 3 * (size_t)p.H);
  p.daRec = r.floats("daRec", all);
}

// What both gated cells are given in the moments run; weights have `gates` blocks, pre-activations four.
void readMomentsGated(Reader& r, MomentsGated& p, size_t gates, bool backward) {
  p.T = r.count("T");
  p.B = r.count("B");
  p.I = r.count("I");
  p.H = r.count("H");
  const size_t state = (size_t)p.B * p.H, all = p.T * state, input = (size_t)p.T * p.B * p.I;
  p.f = r.momentRule(Activation::identity);
  p.active = r.active(p.B);
  p.x = r.floats("x", input);
  p.xVariance = r.optional("xVariance", input);
  p.h0 = r.floats("h0", state);
  p.h0Variance = r.optional("h0Variance", state);
  p.wIn = r.floats("wIn", gates * p.I * p.H);
  p.wRec = r.floats("wRec", gates * p.H * p.H);
  p.bias = r.floats("bias", gates * p.H);
  p.noiseInput = r.noise("noiseInput");
  p.noiseRecurrent = r.noise("noiseRecurrent");
  p.epsilon = r.optional("epsilon", 4 * all);
  p.aMean = r.floats("aMean", 4 * all);
  p.aVariance = r.floats("aVariance", 4 * all);
  p.hMean = r.floats("hMean", all);
  p.hVariance = r.floats("hVariance", all);
  if (!backward) return;
  p.dhMean = r.floats("dhMean", all);
  p.dhVariance = r.optional("dhVariance", all);
  p.dwIn = r.floats("dwIn", gates * p.I * p.H);
  p.dwRec = r.floats("dwRec", gates * p.H * p.H);
  p.dbias = r.floats("dbias", gates * p.H);
  p.dh0 = r.optionalOut("dh0", state);
  p.dh0Variance = r.optionalOut("dh0Variance", state);
  p.dx = r.optionalOut("dx", input);
  p.dxVariance = r.optionalOut("dxVariance", input);
  p.daMean = r.floats("daMean", 4 * all);
  p.daVariance = r.floats("daVariance", 4 * all);
}

void readMomentsLstm(Reader& r, MomentsLstm& p, bool backward) {
  p = MomentsLstm{};
  readMomentsGated(r, p, 4, backward);
  const size_t state = (size_t)p.B * p.H, all = p.T * state;
  p.c0 = r.floats("c0", state);
  p.c0Variance = r.optional("c0Variance", state);
  p.cMean = r.floats("cMean", all);
  p.cVariance = r.floats("cVariance", all);
  if (!backward) return;
  p.dcMeanLast = r.optional("dcMeanLast", state);
  p.dcVarianceLast = r.optional("dcVarianceLast", state);
  p.dc0 = r.optionalOut("dc0", state);
  p.dc0Variance = r.optionalOut("dc0Variance", state);
}

void readMomentsGru(Reader& r, MomentsGru& p, bool backward) {
  p = MomentsGru{};
  readMomentsGated(r, p, 3, backward);
  p.biasRec = r.floats("biasRec", 3 * (size_t)p.H);
  if (backward) p.dbiasRec = r.floats("dbiasRec", 3 * (size_t)p.H);
}

void readMomentsActivation(Reader& r, MomentsActivation& p, bool backward) {
  p = MomentsActivation{};
  p.f = r.momentFunction();
  p.n = r.count("n");
  p.mean = r.floats("mean", p.n);
  p.variance = r.floats("variance", p.n);
  p.outMean = r.floats("outMean", p.n);
  p.outVariance = r.floats("outVariance", p.n);
  if (!backward) return;
  p.dOutMean = r.floats("dOutMean", p.n);
  p.dOutVariance = r.floats("dOutVariance", p.n);
  p.dMean = r.floats("dMean", p.n);
  p.dVariance = r.floats("dVariance", p.n);
}

void readMomentsLinear(Reader& r, MomentsLinear& p, bool backward) {
  p = MomentsLinear{};
  p.M = r.count("M");
  p.I = r.count("I");
  p.O = r.count("O");
  const size_t in = (size_t)p.M * p.I, out = (size_t)p.M * p.O, w = (size_t)p.I * p.O;
  p.mean = r.floats("mean", in);
  p.variance = r.optional("variance", in);
  p.w = r.floats("w", w);
  p.bias = r.floats("bias", p.O);
  p.noise = r.noise("noise");
  p.noisyVariance = r.floats("noisyVariance", in);
  if (!backward) {
    p.outMean = r.floats("outMean", out);
    p.outVariance = r.floats("outVariance", out);
    return;
  }
  p.dOutMean = r.floats("dOutMean", out);
  p.dOutVariance = r.floats("dOutVariance", out);
  p.dMean = r.optionalOut("dMean", in);
  p.dVariance = r.optionalOut("dVariance", in);
  p.dw = r.floats("dw", w);
  p.dbias = r.floats("dbias", p.O);
  p.fresh = r.flag("fresh");
}

void readMomentsRnn(Reader& r, MomentsRnn& p, bool backward) {
  p = MomentsRnn{};
  p.T = r.count("T");
  p.B = r.count("B");
  p.I = r.count("I");
  p.H = r.count("H");
  const size_t state = (size_t)p.B * p.H, all = p.T * state, input = (size_t)p.T * p.B * p.I;
  p.f = r.momentFunction();
  p.active = r.active(p.B);
  p.x = r.floats("x", input);
  p.xVariance = r.optional("xVariance", input);
  p.h0 = r.floats("h0", state);
  p.h0Variance = r.optional("h0Variance", state);
  p.wIn = r.floats("wIn", (size_t)p.I * p.H);
  p.wRec = r.floats("wRec", (size_t)p.H * p.H);
  p.bias = r.floats("bias", p.H);
  p.noiseInput = r.noise("noiseInput");
  p.noiseRecurrent = r.noise("noiseRecurrent");
  p.epsilon = r.optional("epsilon", all);
  p.aMean = r.floats("aMean", all);
  p.aVariance = r.floats("aVariance", all);
  p.hMean = r.floats("hMean", all);
  p.hVariance = r.floats("hVariance", all);
  if (!backward) return;
  p.dhMean = r.floats("dhMean", all);
  p.dhVariance = r.optional("dhVariance", all);
  p.dwIn = r.floats("dwIn", (size_t)p.I * p.H);
  p.dwRec = r.floats("dwRec", (size_t)p.H * p.H);
  p.dbias = r.floats("dbias", p.H);
  p.dh0 = r.optionalOut("dh0", state);
  p.dh0Variance = r.optionalOut("dh0Variance", state);
  p.dx = r.optionalOut("dx", input);
  p.dxVariance = r.optionalOut("dxVariance", input);
  p.daMean = r.floats("daMean", all);
  p.daVariance = r.floats("daVariance", all);
}

void readBernoulli(Reader& r, BernoulliNll& p, bool backward) {
  p = BernoulliNll{};
  p.M = r.count("M");
  p.K = r.count("K");
  const size_t n = (size_t)p.M * p.K;
  p.logits = r.floats("logits", n);
  p.variance = r.optional("variance", n);
  p.targets = r.floats("targets", n);
  p.stepMask = r.optional("stepMask", p.M);
  if (!backward) {
    p.rowLoss = r.floats("rowLoss", p.M);
    return;
  }
  p.scale = (float)r.number("scale");
  p.dLogits = r.floats("dLogits", n);
  p.fresh = r.flag("fresh");
  p.dVariance = r.optionalOut("dVariance", n);
}

void readSoftmax(Reader& r, SoftmaxNll& p, bool backward) {
  p = SoftmaxNll{};
  p.M = r.count("M");
  p.K = r.count("K");
  const size_t n = (size_t)p.M * p.K;
  p.logits = r.floats("logits", n);
  p.targets = r.integers("targets", p.M, true);
  r.within("targets", p.targets, p.M, p.K);
  p.stepMask = r.optional("stepMask", p.M);
  if (!backward) {
    p.rowLoss = r.floats("rowLoss", p.M);
    return;
  }
  p.scale = (float)r.number("scale");
  p.dLogits = r.floats("dLogits", n);
  p.fresh = r.flag("fresh");
}

void readReadout(Reader& r, Readout& p, bool squares) {
  p = Readout{};
  p.M = r.count("M");
  p.I = r.count("I");
  p.K = r.count("K");
  const size_t M = p.M, I = p.I, K = p.K;
  p.x = r.floats("x", M * I);
  p.w = r.floats("w", K * I);
  if (!squares) {
    p.bias = r.optional("bias", K);
    p.targets = r.integers("targets", M, true);
    r.within("targets", p.targets, M, p.K);
    p.stepMask = r.optional("stepMask", M);
    p.rowLoss = r.floats("rowLoss", M);
    p.dbias = r.optionalOut("dbias", K);
  }
  p.scale = (float)r.number("scale", 1);
  p.dx = r.optionalOut("dx", M * I);
  p.dw = r.optionalOut("dw", K * I);
}

enum class WeightCall { draw, drawBackward, sums, klBackward };

void readGaussianWeights(Reader& r, GaussianWeights& p, WeightCall call) {
  p = GaussianWeights{};
  p.n = r.count("n");
  const size_t n = p.n;
  p.logDeviation = r.floats("logDeviation", n);
  const bool isDraw = call == WeightCall::draw || call == WeightCall::drawBackward;
  if (isDraw) p.epsilon = r.floats("epsilon", n);
  if (call != WeightCall::drawBackward) p.mean = r.floats("mean", n);
  if (call == WeightCall::draw) p.out = r.floats("out", n);
  if (call == WeightCall::drawBackward) p.dOut = r.floats("dOut", n);
  if (call == WeightCall::draw || call == WeightCall::sums) return;
  p.dMean = r.floats("dMean", n);
  p.dLogDeviation = r.floats("dLogDeviation", n);
  p.priorMean = (float)r.number("priorMean");
  p.priorVariance = (float)r.number("priorVariance", 1);
  p.scale = (float)r.number("scale", 1);
}

void readDifference(Reader& r, Difference& p, bool isSum) {
  p = Difference{};
  p.n = r.count("n");
  p.a = r.floats("a", p.n);
  p.b = r.floats("b", p.n, !isSum);
  if (!isSum) return;
  p.factor = (float)r.number("factor");
  p.target = r.floats("target", p.n);
}

void readMaskedSum(Reader& r, MaskedSum& p) {
  p = MaskedSum{};
  p.T = r.count("T");
  p.B = r.count("B");
  p.n = r.count("n");
  const size_t size = (size_t)p.T * p.B * p.n;
  p.source = r.floats("source", size);
  p.mask = r.mask("mask", p.T, p.B, p.n);
  p.target = r.floats("target", size);
}

void readTableRows(Reader& r, TableRows& p) {
  p = TableRows{};
  p.M = r.count("M");
  p.n = r.count("n");
  const int classes = r.count("V");
  p.numbers = r.integers("numbers", p.M, true);
  p.factors = r.optional("factors", p.M);
  p.table = r.floats("table", (size_t)classes * p.n);
  p.rows = r.floats("rows", (size_t)p.M * p.n);
  r.within("numbers", p.numbers, p.M, classes);
}

// Owns the lists that an Update points into.
struct UpdateLists {
  std::vector<size_t> sizes;
  std::vector<float*> parameters, gradients, first, second;
};

void readUpdate(Reader& r, Update& u, UpdateLists& lists, const char* first, const char* second) {
  u = Update{};
  r.list("parameters", lists.parameters, lists.sizes, true);
  r.list("gradients", lists.gradients, lists.sizes, false);
  bool hasFirst = first && r.list(first, lists.first, lists.sizes, false);
  bool hasSecond = second && r.list(second, lists.second, lists.sizes, false);
  u.count = (int)lists.sizes.size();
  u.sizes = lists.sizes.data();
  u.parameters = lists.parameters.data();
  u.gradients = lists.gradients.data();
  u.first = hasFirst ? lists.first.data() : nullptr;
  u.second = hasSecond ? lists.second.data() : nullptr;
  u.gradScale = (float)r.number("gradScale", 1);
  u.momentum = (float)r.number("momentum");
  const double decay = r.number("decay");
  u.decay = (float)decay;
  u.decayRest = (float)(1 - decay);
  u.epsilon = (float)r.number("epsilon");
  u.weightDecay = (float)r.number("weightDecay");
}

napi_value argument(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value value = nullptr;
  napi_get_cb_info(env, info, &count, &value, nullptr, nullptr);
  return value;
}

// Runs `kernel` alone in the process.
template <class Kernel>
void exclusively(Kernel&& kernel) {
  Pool& pool = Pool::instance();
  pool.enter();
  kernel(pool);
  pool.leave();
}

#define LETHE_EXPORT(name, Params, read)                                \
  napi_value name(napi_env env, napi_callback_info info) {              \
    Reader r(env, argument(env, info), #name);                          \
    Params p;                                                           \
    read;                                                               \
    if (r.ok()) exclusively([&](Pool& pool) { kernels->name(p, pool); }); \
    return nullptr;                                                     \
  }

LETHE_EXPORT(matmul, Matmul, readMatmul(r, p))
LETHE_EXPORT(rnnForward, Rnn, readRnn(r, p, false))
LETHE_EXPORT(rnnBackward, Rnn, readRnn(r, p, true))
LETHE_EXPORT(momentsActivationForward, MomentsActivation, readMomentsActivation(r, p, false))
LETHE_EXPORT(momentsActivationBackward, MomentsActivation, readMomentsActivation(r, p, true))
LETHE_EXPORT(momentsLinearForward, MomentsLinear, readMomentsLinear(r, p, false))
LETHE_EXPORT(momentsLinearBackward, MomentsLinear, readMomentsLinear(r, p, true))
LETHE_EXPORT(momentsRnnForward, MomentsRnn, readMomentsRnn(r, p, false))
LETHE_EXPORT(momentsRnnBackward, MomentsRnn, readMomentsRnn(r, p, true))
LETHE_EXPORT(lstmForward, Lstm, readLstm(r, p, false))
LETHE_EXPORT(lstmBackward, Lstm, readLstm(r, p, true))
LETHE_EXPORT(gruForward, Gru, readGru(r, p, false))
LETHE_EXPORT(gruBackward, Gru, readGru(r, p, true))
LETHE_EXPORT(momentsLstmForward, MomentsLstm, readMomentsLstm(r, p, false))
LETHE_EXPORT(momentsLstmBackward, MomentsLstm, readMomentsLstm(r, p, true))
LETHE_EXPORT(momentsGruForward, MomentsGru, readMomentsGru(r, p, false))
LETHE_EXPORT(momentsGruBackward, MomentsGru, readMomentsGru(r, p, true))
LETHE_EXPORT(softmaxNllForward, SoftmaxNll, readSoftmax(r, p, false))
LETHE_EXPORT(softmaxNllBackward, SoftmaxNll, readSoftmax(r, p, true))
LETHE_EXPORT(readoutNll, Readout, readReadout(r, p, false))

napi_value readoutSquares(napi_env env, napi_callback_info info) {
  Reader r(env, argument(env, info), "readoutSquares");
  Readout p;
  readReadout(r, p, true);
  if (!r.ok()) return nullptr;
  double sum = 0;
  napi_value result;
  exclusively([&](Pool& pool) { sum = kernels->readoutSquares(p, pool); });
  napi_create_double(env, sum, &result);
  return result;
}

LETHE_EXPORT(noisyWeights, GaussianWeights, readGaussianWeights(r, p, WeightCall::draw))
LETHE_EXPORT(noisyWeightsBackward, GaussianWeights, readGaussianWeights(r, p, WeightCall::drawBackward))
LETHE_EXPORT(gaussianKlBackward, GaussianWeights, readGaussianWeights(r, p, WeightCall::klBackward))

napi_value gaussianSums(napi_env env, napi_callback_info info) {
  Reader r(env, argument(env, info), "gaussianSums");
  GaussianWeights p;
  readGaussianWeights(r, p, WeightCall::sums);
  if (!r.ok()) return nullptr;
  double sums[4];
  exclusively([&](Pool& pool) { kernels->gaussianSums(p, sums, pool); });
  napi_value result, value;
  napi_create_array_with_length(env, 4, &result);
  for (uint32_t i = 0; i < 4; i++) {
    napi_create_double(env, sums[i], &value);
    napi_set_element(env, result, i, value);
  }
  return result;
}

LETHE_EXPORT(bernoulliNllForward, BernoulliNll, readBernoulli(r, p, false))
LETHE_EXPORT(bernoulliNllBackward, BernoulliNll, readBernoulli(r, p, true))

LETHE_EXPORT(addDifference, Difference, readDifference(r, p, true))
LETHE_EXPORT(addMasked, MaskedSum, readMaskedSum(r, p))
LETHE_EXPORT(gatherRows, TableRows, readTableRows(r, p))
LETHE_EXPORT(scatterRows, TableRows, readTableRows(r, p))

napi_value squaredDistance(napi_env env, napi_callback_info info) {
  Reader r(env, argument(env, info), "squaredDistance");
  Difference p;
  readDifference(r, p, false);
  if (!r.ok()) return nullptr;
  double sum = 0;
  napi_value result;
  exclusively([&](Pool& pool) { sum = kernels->squaredDistance(p, pool); });
  napi_create_double(env, sum, &result);
  return result;
}

napi_value sgd(napi_env env, napi_callback_info info) {
  Reader r(env, argument(env, info), "sgd");
  Update u;
  UpdateLists lists;
  readUpdate(r, u, lists, "velocities", nullptr);
  u.rate = (float)r.number("lr");
  if (u.momentum == 0) u.first = nullptr;
  if (r.ok()) exclusively([&](Pool& pool) { kernels->sgd(u, pool); });
  return nullptr;
}

// Lists that an update cannot do without.
bool complete(napi_env env, const Update& u, const char* message) {
  if (u.first && u.second) return true;
  napi_throw_type_error(env, "E_KERNEL", message);
  return false;
}

napi_value rmsprop(napi_env env, napi_callback_info info) {
  Reader r(env, argument(env, info), "rmsprop");
  Update u;
  UpdateLists lists;
  readUpdate(r, u, lists, "velocities", "meanSquares");
  u.rate = (float)r.number("stepRate");
  if (r.ok() && complete(env, u, "rmsprop: velocities and meanSquares must be lists of Float32Arrays"))
    exclusively([&](Pool& pool) { kernels->rmsprop(u, pool); });
  return nullptr;
}

double power(double base, double exponent) {
  double result = 1;
  for (long n = (long)exponent; n > 0; n >>= 1, base *= base)
    if (n & 1) result *= base;
  return result;
}

napi_value adam(napi_env env, napi_callback_info info) {
  Reader r(env, argument(env, info), "adam");
  Update u;
  UpdateLists lists;
  readUpdate(r, u, lists, "firstMoments", "secondMoments");
  double beta1 = r.number("beta1"), beta2 = r.number("beta2"), step = r.number("step", 1);
  u.rate = (float)r.number("lr");
  u.beta1 = (float)beta1;
  u.beta2 = (float)beta2;
  u.beta1Rest = (float)(1 - beta1);
  u.beta2Rest = (float)(1 - beta2);
  u.correction1 = (float)(1 / (1 - power(beta1, step)));
  u.correction2 = (float)(1 / (1 - power(beta2, step)));
  u.decoupled = r.flag("decoupled");
  if (r.ok() && complete(env, u, "adam: firstMoments and secondMoments must be lists of Float32Arrays"))
    exclusively([&](Pool& pool) { kernels->adam(u, pool); });
  return nullptr;
}

// sumSquares(arrays): the one function that takes a list itself
napi_value sumSquares(napi_env env, napi_callback_info info) {
  napi_value holder, result;
  napi_create_object(env, &holder);
  napi_set_named_property(env, holder, "arrays", argument(env, info));
  Reader r(env, holder, "sumSquares");
  UpdateLists lists;
  r.list("arrays", lists.gradients, lists.sizes, true);
  if (!r.ok()) return nullptr;
  Update u{};
  u.count = (int)lists.sizes.size();
  u.sizes = lists.sizes.data();
  u.gradients = lists.gradients.data();
  double sum = 0;
  exclusively([&](Pool& pool) { sum = kernels->sumSquares(u, pool); });
  napi_create_double(env, sum, &result);
  return result;
}

void readDraw(Reader& r, Draw& d) {
  d = Draw{};
  d.stream = r.stream();
  d.out = r.sized("out", &d.n);
  d.rate = r.number("rate");
  d.scale = r.number("scale");
  d.dropped = r.number("dropped");
  d.mean = r.number("mean");
  d.deviation = r.number("deviation");
  d.low = r.number("low");
  d.high = r.number("high");
}

LETHE_EXPORT(bernoulliMask, Draw, readDraw(r, p))
LETHE_EXPORT(normal, Draw, readDraw(r, p))
LETHE_EXPORT(uniform, Draw, readDraw(r, p))

napi_value bits(napi_env env, napi_callback_info info) {
  Reader r(env, argument(env, info), "bits");
  Draw d{};
  d.stream = r.stream();
  d.bits = r.words("out", &d.n);
  if (r.ok()) exclusively([&](Pool& pool) { kernels->bits(d, pool); });
  return nullptr;
}

// allocate(bytes): an ArrayBuffer on large pages, aligned to them; contents are arbitrary
napi_value allocate(napi_env env, napi_callback_info info) {
  double bytes = 0;
  napi_get_value_double(env, argument(env, info), &bytes);
  void* data = bytes > 0 && bytes < 1e15 ? allocatePages((size_t)bytes) : nullptr;
  napi_value result = nullptr;
  auto release = [](napi_env, void* memory, void*) { std::free(memory); };
  if (data && napi_create_external_arraybuffer(env, data, (size_t)bytes, release, nullptr, &result) == napi_ok) return result;
  std::free(data);
  // some runtimes (Electron) forbid memory of others': then their own will do
  if (data && napi_create_arraybuffer(env, (size_t)bytes, &data, &result) == napi_ok) return result;
  napi_throw_range_error(env, "E_KERNEL", "allocate: there is no memory of that size");
  return nullptr;
}

napi_value threads(napi_env env, napi_callback_info) {
  napi_value result;
  napi_create_int32(env, Pool::instance().threads(), &result);
  return result;
}

napi_value setThreads(napi_env env, napi_callback_info info) {
  double count = 0;
  napi_get_value_double(env, argument(env, info), &count);
  if (!(count >= 1 && count <= 256)) {
    napi_throw_type_error(env, "E_KERNEL", "setThreads: the number of threads must be from 1 to 256");
    return nullptr;
  }
  exclusively([&](Pool& pool) { pool.setThreads((int)count); });
  return nullptr;
}

// precision(): 'f32', or for bf16 the unit that multiplies: 'bf16-dot', 'bf16-amx'
napi_value precision(napi_env env, napi_callback_info) {
  static const char* const names[] = {"f32", "bf16-dot", "bf16-amx"};
  napi_value result;
  napi_create_string_utf8(env, names[(int)Pool::instance().precision()], NAPI_AUTO_LENGTH, &result);
  return result;
}

// setPrecision(bf16): false when this processor has no bf16
napi_value setPrecision(napi_env env, napi_callback_info info) {
  bool half = false;
  napi_get_value_bool(env, argument(env, info), &half);
  const Precision wanted = half ? bf16Unit(kernels->isa) : Precision::f32;
  const bool can = !half || wanted != Precision::f32;
  if (can) exclusively([&](Pool& pool) { pool.setPrecision(wanted); });
  napi_value result;
  napi_get_boolean(env, can, &result);
  return result;
}

// keepRounded(arrays): copies of these, and of no others, from now on
napi_value keepRounded(napi_env env, napi_callback_info info) {
  napi_value holder;
  napi_create_object(env, &holder);
  napi_set_named_property(env, holder, "arrays", argument(env, info));
  Reader r(env, holder, "keepRounded");
  UpdateLists lists;
  r.list("arrays", lists.gradients, lists.sizes, true);
  if (!r.ok()) return nullptr;
  exclusively([&](Pool& pool) { pool.keepRounded(lists.gradients.data(), lists.sizes.data(), (int)lists.sizes.size()); });
  return nullptr;
}

napi_value initialise(napi_env env, napi_value exports) {
  if (!kernels) kernels = chooseKernels();
  if (!kernels) {
    napi_throw_error(env, "E_CONFIG", "LETHE_ISA must be baseline, avx2 or avx512, and one that this processor has");
    return nullptr;
  }
  struct Entry {
    const char* name;
    napi_callback function;
  };
  const Entry entries[] = {
      {"matmul", matmul},
      {"rnnForward", rnnForward},
      {"rnnBackward", rnnBackward},
      {"momentsActivationForward", momentsActivationForward},
      {"momentsActivationBackward", momentsActivationBackward},
      {"momentsLinearForward", momentsLinearForward},
      {"momentsLinearBackward", momentsLinearBackward},
      {"momentsRnnForward", momentsRnnForward},
      {"momentsRnnBackward", momentsRnnBackward},
      {"lstmForward", lstmForward},
      {"lstmBackward", lstmBackward},
      {"gruForward", gruForward},
      {"gruBackward", gruBackward},
      {"momentsLstmForward", momentsLstmForward},
      {"momentsLstmBackward", momentsLstmBackward},
      {"momentsGruForward", momentsGruForward},
      {"momentsGruBackward", momentsGruBackward},
      {"softmaxNllForward", softmaxNllForward},
      {"softmaxNllBackward", softmaxNllBackward},
      {"readoutNll", readoutNll},
      {"readoutSquares", readoutSquares},
      {"noisyWeights", noisyWeights},
      {"noisyWeightsBackward", noisyWeightsBackward},
      {"gaussianSums", gaussianSums},
      {"gaussianKlBackward", gaussianKlBackward},
      {"bernoulliNllForward", bernoulliNllForward},
      {"bernoulliNllBackward", bernoulliNllBackward},
      {"sumSquares", sumSquares},
      {"squaredDistance", squaredDistance},
      {"addDifference", addDifference},
      {"addMasked", addMasked},
      {"gatherRows", gatherRows},
      {"scatterRows", scatterRows},
      {"sgd", sgd},
      {"rmsprop", rmsprop},
      {"adam", adam},
      {"bernoulliMask", bernoulliMask},
      {"normal", normal},
      {"uniform", uniform},
      {"bits", bits},
      {"allocate", allocate},
      {"precision", precision},
      {"setPrecision", setPrecision},
      {"keepRounded", keepRounded},
      {"threads", threads},
      {"setThreads", setThreads},
  };
  for (const Entry& e : entries) {
    napi_value function;
    napi_create_function(env, e.name, NAPI_AUTO_LENGTH, e.function, nullptr, &function);
    napi_set_named_property(env, exports, e.name, function);
  }
  napi_value isa;
  napi_create_string_utf8(env, kernels->isa, NAPI_AUTO_LENGTH, &isa);
  napi_set_named_property(env, exports, "isa", isa);
  return exports;
}

}  // namespace
}  // namespace lethe

NAPI_MODULE_INIT() { return lethe::initialise(env, exports); }
