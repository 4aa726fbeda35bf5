// Fills a kernel's parameters from the values of its fields, in the order in which `fields` shows them. Arrays are checked for kind and
// length, numbers for their range, so that a slip in a caller is a TypeError and never a write past the end of an array.
//
// JavaScript takes the values out of the object that a caller gives (values.ts of the library): there a property costs a tenth of
// what it costs through Node-API, and what a getter runs has run before the first array is looked into. A field that is an object
// itself is followed by its parts, which are undefined where it is none: of a mask {data, gate, time, batch}, of noise {mean,
// square, variance}. A list is an array that nobody else holds.
#pragma once
#define NAPI_VERSION 8
#include <node_api.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "params/fields.h"

namespace lethe {

class Reader {
 public:
  Reader(napi_env env, const napi_value* values, size_t count, const char* where)
      : env_(env), values_(values), count_(count), where_(where) {}

  // False, with an error thrown, when something was wrong.
  template <class P>
  bool read(P& p, Pass pass) {
    fields(*this, p, pass);
    for (int i = 0; i < given_; i++) {
      const Size& size = letters_[i];
      if (!held_[size.letter]) *size.to = 0;
    }
    if (!failed_) return true;
    napi_throw_type_error(env_, "E_KERNEL", message_);
    return false;
  }

  void size(const char* name, int& to) {
    const double x = take(name, -1);
    if (!(x >= 0 && x <= 2147483647.0 && x == std::floor(x))) return fail("%s: %s must be a whole number, at least 0", name);
    to = (int)x;
    if (name[1]) return;
    const int letter = name[0] & 127;
    sizes_[letter] = (size_t)to;
    if (given_ < LETTERS) letters_[given_++] = {letter, &to};
  }

  void constant(char letter, int value) { sizes_[letter & 127] = (size_t)value; }

  template <class Number>
  void number(const char* name, Number& to, double fallback) {
    to = (Number)take(name, fallback);
  }

  // of a Bernoulli draw
  void rate(const char* name, double& to) {
    to = take(name, 0);
    if (!(to >= 0 && to < 1)) fail("%s: %s must be a number of at least 0 and below 1", name);
  }

  void flag(const char* name, bool& to) {
    napi_value v;
    if (next(name, &v) && napi_get_value_bool(env_, v, &to) != napi_ok) fail("%s: %s must be true or false", name);
  }

  template <class Float>
  void floats(const char* name, Float*& to, const char* dims) {
    to = static_cast<float*>(array(name, dims, true, napi_float32_array, "a Float32Array"));
  }
  template <class Float>
  void optional(const char* name, Float*& to, const char* dims) {
    to = static_cast<float*>(array(name, dims, false, napi_float32_array, "a Float32Array"));
  }

  // Numbers of classes or rows, each below the size called `limit`.
  void numbers(const char* name, const int32_t*& to, const char* dims, char limit) {
    to = static_cast<const int32_t*>(array(name, dims, true, napi_int32_array, "an Int32Array"));
    within(name, to, elements(dims), (double)sizes_[limit & 127] - 1);
  }

  // Whole numbers that the kernel writes.
  void integers(const char* name, int32_t*& to, const char* dims) {
    to = static_cast<int32_t*>(array(name, dims, true, napi_int32_array, "an Int32Array"));
  }

  void active(Active& to) {
    for (const bool first : {true, false}) {
      const char* name = first ? "start" : "stop";
      auto* steps = static_cast<const int32_t*>(array(name, "B", false, napi_int32_array, "an Int32Array"));
      within(name, steps, elements("B"), (double)sizes_['T']);
      (first ? to.start : to.stop) = steps;
    }
  }

  // A mask {data, gate, time, batch} over steps, rows and `width`; the last element that it can reach must exist.
  void mask(const char* name, Mask& to, const char* width, int gates = 1, bool needed = false) {
    napi_value v;
    if (!next(name, &v)) {
      if (needed) fail("%s: %s must be a mask {data: Float32Array, time, batch}", name);
      return skip(4);
    }
    size_t length = 0;
    napi_value data;
    if (next("data", &data))
      to.data = static_cast<float*>(view(data, name, &length, napi_float32_array, "a mask whose data is a Float32Array"));
    const double gate = take("gate", 0), time = take("time", 0), batch = take("batch", 0);
    const size_t T = sizes_['T'], B = sizes_['B'];
    // in float64, which does not overflow; strides of any length that memory can have are exact in it
    const double last = (gates - 1) * gate + (T - 1.0) * time + (B - 1.0) * batch + (double)elements(width);
    const bool whole = isStride(gate) && isStride(time) && isStride(batch);
    if (!to.data || !whole || (T > 0 && B > 0 && !(last <= (double)length)))
      return fail("%s: %s must be a mask {data: Float32Array, time, batch} whose strides stay inside its data", name);
    to.gate = gates > 1 ? (long)gate : 0;
    to.time = (long)time;
    to.batch = (long)batch;
  }

  void noise(const char* name, NoiseMoments& to) {
    napi_value v;
    if (!next(name, &v)) {
      fail("%s: %s must be {mean, square, variance}", name);
      return skip(3);
    }
    napi_valuetype type = napi_undefined;
    napi_typeof(env_, v, &type);
    if (type != napi_object) fail("%s: %s must be {mean, square, variance}", name);
    to.mean = (float)take("mean", 0);
    to.square = (float)take("square", 0);
    to.variance = (float)take("variance", 0);
  }

  void activation(Activation& to) {
    static const char* const names[] = {"tanh", "sigmoid", "relu", "identity"};
    const int found = choice("activation", names, 4);
    if (found < 0) return fail("%s: %s must be tanh, sigmoid, relu or identity", "activation");
    to = (Activation)found;
  }

  void transfer(const char* name, Transfer& to) {
    static const char* const names[] = {"tanh", "sigmoid", "relu", "identity", "maxout", "lp"};
    const int found = choice(name, names, 6);
    if (found < 0) return fail("%s: %s must be tanh, sigmoid, relu, identity, maxout or lp", name);
    to = (Transfer)found;
  }

  void rule(MomentFunction& to) {
    static const char* const names[] = {"wang-manning", "probit", "daunizeau", "gauss-hermite"};
    const int found = choice("form", names, 4);
    int weights = 0;
    to.nodes = doubles("nodes", &to.points);
    to.weights = doubles("weights", &weights);
    if (found < 0) return fail("%s: %s must be wang-manning, probit, daunizeau or gauss-hermite", "form");
    to.form = (Form)found;
    if (to.form == Form::gaussHermite && !(to.nodes && to.weights && weights == to.points && to.points >= 1 && to.points <= 64))
      fail("%s: %s must be 1 to 64 and come with weights of the same length", "nodes");
  }

  void stream(Stream& to) {
    word("seedLow", to.seedLow);
    word("seedHigh", to.seedHigh);
    word("step", to.step);
    word("site", to.site);
    word("pass", to.pass);
  }

  // An array whose length is the number of elements.
  void whole(const char* name, float*& to, size_t& n) {
    to = static_cast<float*>(measured(name, &n, napi_float32_array, "a Float32Array"));
  }
  void whole(const char* name, uint32_t*& to, size_t& n) {
    to = static_cast<uint32_t*>(measured(name, &n, napi_uint32_array, "a Uint32Array"));
  }

  // Lists of Float32Arrays: the first measures, the others must have the same lengths.
  template <class Sizes>
  void arrays(const char* name, float* const*& to, Sizes& p) {
    list(name, to, true, true);
    p.count = (int)lengths_.size();
    p.sizes = lengths_.data();
  }
  void matching(const char* name, float* const*& to) { list(name, to, true, false); }
  void maybeMatching(const char* name, float* const*& to) { list(name, to, false, false); }

 private:
  // A size that was shown, and where it went. One along which no array holds an element (2^31 steps of no rows) becomes 0: there
  // is nothing to do for it, and no loop shall run over it.
  struct Size {
    int letter;
    int* to;
  };

  // The next value; false when it is absent.
  bool next(const char*, napi_value* v) {
    if (at_ >= count_) return at_++, false;
    *v = values_[at_++];
    return present(*v);
  }

  // Passes by the parts of an object that is absent.
  void skip(int parts) { at_ += (size_t)parts; }

  bool present(napi_value v) {
    napi_valuetype type = napi_undefined;
    napi_typeof(env_, v, &type);
    return type != napi_undefined && type != napi_null;
  }

  double take(const char* name, double fallback) {
    napi_value v;
    double x = fallback;
    if (next(name, &v) && napi_get_value_double(env_, v, &x) != napi_ok) fail("%s: %s must be a number", name);
    return x;
  }

  void word(const char* name, uint32_t& to) {
    const double x = take(name, 0);
    if (!(x >= 0 && x <= 4294967295.0 && x == std::floor(x))) return fail("%s: %s must be a whole number of 32 bits", name);
    to = (uint32_t)x;
  }

  int choice(const char* name, const char* const* names, int count) {
    napi_value v;
    if (!next(name, &v)) return -1;
    char text[16] = {};
    size_t n;
    if (napi_get_value_string_utf8(env_, v, text, sizeof text, &n) != napi_ok) return -1;
    for (int i = 0; i < count; i++)
      if (!std::strcmp(text, names[i])) return i;
    return -1;
  }

  static bool isStride(double x) { return x >= 0 && x <= 9007199254740992.0 && x == std::floor(x); }

  // The product of dimensions, or the sum of products; the largest number there is where it would be larger.
  size_t elements(const char* dims) const {
    size_t sum = 0, n = 1;
    for (const char* d = dims;; d++) {
      if (*d == '+' || !*d) {
        if (__builtin_add_overflow(sum, n, &sum)) return SIZE_MAX;
        if (!*d) return sum;
        n = 1;
        continue;
      }
      const size_t factor = *d >= '0' && *d <= '9' ? (size_t)(*d - '0') : sizes_[*d & 127];
      if (__builtin_mul_overflow(n, factor, &n)) return SIZE_MAX;
    }
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
    // an empty array has no address, but it is present
    static float empty[1];
    return data ? data : empty;
  }

  void* array(const char* name, const char* dims, bool needed, napi_typedarray_type type, const char* kind) {
    napi_value v;
    size_t n = 0;
    if (!next(name, &v)) {
      if (needed) fail("%s: %s must be %s", name, kind);
      return nullptr;
    }
    void* data = view(v, name, &n, type, kind);
    const size_t needs = elements(dims);
    if (n < needs) fail("%s: %s is too short for the sizes given", name);
    for (const char* d = dims; *d && needs > 0; d++) held_[*d & 127] = true;
    return data;
  }

  void* measured(const char* name, size_t* length, napi_typedarray_type type, const char* kind) {
    napi_value v;
    if (next(name, &v)) return view(v, name, length, type, kind);
    fail("%s: %s must be %s", name, kind);
    return nullptr;
  }

  const double* doubles(const char* name, int* length) {
    napi_value v;
    size_t n = 0;
    *length = 0;
    if (!next(name, &v)) return nullptr;
    void* data = view(v, name, &n, napi_float64_array, "a Float64Array");
    *length = n <= 64 ? (int)n : 65;
    return static_cast<const double*>(data);
  }

  void within(const char* name, const int32_t* numbers, size_t length, double most) {
    if (failed_ || !numbers) return;
    for (size_t i = 0; i < length; i++)
      if (numbers[i] < 0 || numbers[i] > most) return fail("%s: %s must hold whole numbers within the sizes given", name);
  }

  void list(const char* name, float* const*& to, bool needed, bool measure) {
    napi_value v;
    const bool given = next(name, &v);
    bool isArray = false;
    uint32_t count = 0;
    if (given) napi_is_array(env_, v, &isArray);
    if (!isArray || napi_get_array_length(env_, v, &count) != napi_ok) {
      if (given || needed) fail("%s: %s must be a list of Float32Arrays", name);
      return;
    }
    if (measure) lengths_.assign((size_t)count, 0);
    const bool fits = (size_t)count == lengths_.size();
    if (!fits) fail("%s: %s must have as many arrays as the parameters", name);
    lists_.emplace_back(new float*[(size_t)count + 1]());
    float** items = lists_.back().get();
    for (uint32_t i = 0; i < count; i++) {
      size_t length = 0;
      napi_value item = v;
      napi_get_element(env_, v, i, &item);
      items[i] = static_cast<float*>(view(item, name, &length, napi_float32_array, "a list of Float32Arrays"));
      if (measure) lengths_[i] = length;
      if (fits && length != lengths_[i]) fail("%s: an array of %s has not the length of its parameter", name);
    }
    to = items;
  }

  void fail(const char* format, const char* name, const char* kind = "") {
    if (failed_) return;
    failed_ = true;
    std::snprintf(message_, sizeof message_, format, where_, name, kind);
  }

  static constexpr int LETTERS = 16;  // one-letter sizes of a kernel; contract.test.ts counts them

  napi_env env_;
  const napi_value* values_;
  size_t count_, at_ = 0;
  const char* where_;
  bool failed_ = false;
  size_t sizes_[128] = {};
  Size letters_[LETTERS];
  int given_ = 0;
  bool held_[128] = {};
  std::vector<size_t> lengths_;
  std::vector<std::unique_ptr<float*[]>> lists_;
  char message_[256] = {};
};

}  // namespace lethe
