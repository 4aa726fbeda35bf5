// Reads the parameters of a kernel from a JavaScript object. Arrays are checked for kind and length, so that a slip
// in a caller is a TypeError and never a write past the end of an array.
#pragma once
#define NAPI_VERSION 8
#include <node_api.h>

#include <cstdio>
#include <cstring>
#include <vector>

#include "params.h"

namespace lethe {

// Reads properties of the argument; the first mistake is kept and thrown by `ok`.
class Reader {
 public:
  Reader(napi_env env, napi_value object, const char* where) : env_(env), object_(object), where_(where) {}

  double number(const char* name, double fallback = 0) {
    napi_value v;
    double x = fallback;
    if (property(name, &v) && napi_get_value_double(env_, v, &x) != napi_ok) fail("%s: %s must be a number", name);
    return x;
  }

  int count(const char* name) {
    double x = number(name, -1);
    if (!(x >= 0 && x <= 2147483647.0 && x == (double)(long)x)) fail("%s: %s must be a whole number, at least 0", name);
    return (int)x;
  }

  bool flag(const char* name) {
    napi_value v;
    bool x = false;
    if (property(name, &v)) napi_get_value_bool(env_, v, &x);
    return x;
  }

  bool has(const char* name) {
    napi_value v;
    return property(name, &v);
  }

  float* floats(const char* name, size_t length, bool needed = true) {
    return static_cast<float*>(array(name, length, needed, napi_float32_array, "a Float32Array"));
  }
  const float* optional(const char* name, size_t length) { return floats(name, length, false); }
  float* optionalOut(const char* name, size_t length) { return floats(name, length, false); }
  const int32_t* integers(const char* name, size_t length, bool needed = false) {
    return static_cast<const int32_t*>(array(name, length, needed, napi_int32_array, "an Int32Array"));
  }

  // Numbers of classes must be from 0 to `limit` - 1.
  void within(const char* name, const int32_t* numbers, size_t length, int limit) {
    for (size_t i = 0; numbers && i < length; i++)
      if (numbers[i] < 0 || numbers[i] >= limit) return fail("%s: %s must be numbers of classes that there are", name);
  }

  uint32_t* words(const char* name, size_t* length) {
    napi_value v;
    napi_typedarray_type type;
    void* data = nullptr;
    if (!property(name, &v) || napi_get_typedarray_info(env_, v, &type, length, &data, nullptr, nullptr) != napi_ok ||
        type != napi_uint32_array) {
      fail("%s: %s must be a Uint32Array", name);
      return nullptr;
    }
    return static_cast<uint32_t*>(data);
  }

  float* sized(const char* name, size_t* length) {
    napi_value v;
    if (!property(name, &v)) {
      fail("%s: %s must be a Float32Array", name);
      return nullptr;
    }
    return static_cast<float*>(view(v, name, length, napi_float32_array, "a Float32Array"));
  }

  const double* doubles(const char* name, int* length) {
    napi_value v;
    *length = 0;
    if (!property(name, &v)) return nullptr;
    size_t n = 0;
    void* data = view(v, name, &n, napi_float64_array, "a Float64Array");
    *length = (int)n;
    return static_cast<const double*>(data);
  }

  // A list of Float32Arrays; with `sizes` given, each must have the same length as there.
  bool list(const char* name, std::vector<float*>& out, std::vector<size_t>& sizes, bool measure) {
    napi_value v;
    uint32_t n = 0;
    if (!property(name, &v)) return false;
    if (napi_get_array_length(env_, v, &n) != napi_ok) {
      fail("%s: %s must be an array of Float32Arrays", name);
      return false;
    }
    if (measure) sizes.assign(n, 0);
    if (n != sizes.size()) {
      fail("%s: %s must have as many arrays as the parameters", name);
      return false;
    }
    out.assign(n, nullptr);
    for (uint32_t i = 0; i < n; i++) {
      napi_value item;
      napi_get_element(env_, v, i, &item);
      size_t length = 0;
      out[i] = static_cast<float*>(view(item, name, &length, napi_float32_array, "a list of Float32Arrays"));
      if (measure) sizes[i] = length;
      if (length != sizes[i]) fail("%s: an array of %s has not the length of its parameter", name);
    }
    return true;
  }

  // A mask {data, gate, time, batch}; the last element it can reach must exist.
  Mask mask(const char* name, long T, long B, long width, long G = 1) {
    napi_value v;
    Mask m;
    if (!property(name, &v)) return m;
    Reader inner(env_, v, where_);
    size_t length = 0;
    m.data = inner.sized("data", &length);
    if (G > 1) m.gate = (long)inner.number("gate");
    m.time = (long)inner.number("time");
    m.batch = (long)inner.number("batch");
    long last = (G - 1) * m.gate + (T - 1) * m.time + (B - 1) * m.batch + width;
    if (inner.failed_ || m.gate < 0 || m.time < 0 || m.batch < 0 || (T > 0 && B > 0 && last > (long)length))
      fail("%s: %s must be a mask {data: Float32Array, time, batch} whose strides stay inside its data", name);
    return m;
  }

  Active active(size_t B) { return {integers("start", B), integers("stop", B)}; }

  Activation activation() {
    char s[16] = {};
    text("activation", s, sizeof s);
    if (!std::strcmp(s, "tanh")) return Activation::tanh;
    if (!std::strcmp(s, "sigmoid")) return Activation::sigmoid;
    if (!std::strcmp(s, "relu")) return Activation::relu;
    if (!std::strcmp(s, "identity")) return Activation::identity;
    fail("%s: %s must be tanh, sigmoid, relu or identity", "activation");
    return Activation::identity;
  }

  MomentFunction momentFunction() { return momentRule(activation()); }

  MomentFunction momentRule(Activation activation) {
    MomentFunction f{activation, Form::wangManning, 0, nullptr, nullptr};
    char s[16] = {};
    text("form", s, sizeof s);
    if (!std::strcmp(s, "gauss-hermite")) {
      f.form = Form::gaussHermite;
      int weights = 0;
      f.nodes = doubles("nodes", &f.points);
      f.weights = doubles("weights", &weights);
      if (!f.nodes || !f.weights || weights != f.points || f.points < 1)
        fail("%s: %s must come with weights of the same length", "nodes");
    } else if (!std::strcmp(s, "probit")) {
      f.form = Form::probit;
    } else if (!std::strcmp(s, "daunizeau")) {
      f.form = Form::daunizeau;
    } else if (std::strcmp(s, "wang-manning")) {
      fail("%s: %s must be wang-manning, probit, daunizeau or gauss-hermite", "form");
    }
    return f;
  }

  NoiseMoments noise(const char* name) {
    napi_value v;
    if (!property(name, &v)) {
      fail("%s: %s must be {mean, square, variance}", name);
      return {1, 0, 1};
    }
    Reader inner(env_, v, where_);
    return {(float)inner.number("mean"), (float)inner.number("square"), (float)inner.number("variance")};
  }

  Stream stream() {
    return {word("seedLow"), word("seedHigh"), word("step"), word("site"), word("pass")};
  }

  // False, with the error thrown, when something was wrong.
  bool ok() {
    if (!failed_) return true;
    napi_throw_type_error(env_, "E_KERNEL", message_);
    return false;
  }

 private:
  uint32_t word(const char* name) { return (uint32_t)(int64_t)number(name); }

  bool property(const char* name, napi_value* v) {
    napi_valuetype type = napi_undefined;
    if (napi_get_named_property(env_, object_, name, v) != napi_ok || napi_typeof(env_, *v, &type) != napi_ok) return false;
    return type != napi_undefined && type != napi_null;
  }

  void text(const char* name, char* out, size_t size) {
    napi_value v;
    size_t n;
    if (property(name, &v)) napi_get_value_string_utf8(env_, v, out, size, &n);
  }

  void* view(napi_value v, const char* name, size_t* length, napi_typedarray_type wanted, const char* kind) {
    napi_typedarray_type type;
    void* data = nullptr;
    bool typed = false;
    if (napi_is_typedarray(env_, v, &typed) != napi_ok || !typed ||
        napi_get_typedarray_info(env_, v, &type, length, &data, nullptr, nullptr) != napi_ok || type != wanted) {
      *length = 0;
      fail("%s: %s must be %s", name, kind);
      return nullptr;
    }
    return data;
  }

  void* array(const char* name, size_t length, bool needed, napi_typedarray_type type, const char* kind) {
    napi_value v;
    if (!property(name, &v)) {
      if (needed) fail("%s: %s must be %s", name, kind);
      return nullptr;
    }
    size_t n = 0;
    void* data = view(v, name, &n, type, kind);
    if (n < length) fail("%s: %s is too short for the sizes given", name);
    // an empty array has no address, but it is present
    static float empty[1];
    return data || failed_ ? data : empty;
  }

  void fail(const char* format, const char* name, const char* kind = "") {
    if (failed_) return;
    failed_ = true;
    std::snprintf(message_, sizeof message_, format, where_, name, kind);
  }

  napi_env env_;
  napi_value object_;
  const char* where_;
  bool failed_ = false;
  char message_[256] = {};
};

}  // namespace lethe
