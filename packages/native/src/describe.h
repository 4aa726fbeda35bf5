// Writes the parameters of a kernel down as JSON: name, kind, dimensions, place in the struct. For the test that holds the
// structs and the TypeScript contract together, and for bindings that fill the structs from outside.
#pragma once
#include "params.h"

namespace lethe {

// JSON as it grows, in memory of the caller's; what does not fit is left out and counted.
class Text {
 public:
  Text(char* room, size_t size) : room_(room), size_(size) {}

  size_t length() const { return length_; }
  bool fits() const { return length_ < size_; }
  Text& operator<<(const char* text) {
    for (; *text; text++) put(*text);
    return *this;
  }
  Text& operator<<(char letter) {
    put(letter);
    return *this;
  }
  Text& operator<<(long number) {
    if (number < 0) return put('-'), *this << -number;
    if (number >= 10) *this << number / 10;
    return put((char)('0' + number % 10)), *this;
  }

 private:
  void put(char letter) {
    if (length_ < size_) room_[length_] = letter;
    length_++;
  }
  char* room_;
  size_t size_, length_ = 0;
};

// {"name", "kind", "dims", "optional", "offset", "written", …}, one after the other. What a kind alone has: `limit`, the size that
// whole numbers lie below; `fallback`, a number that is not given; `gates` of a mask; `lengthAt` and `countAt`, where lengths go.
class Describer {
 public:
  Describer(Text& text, const void* base) : text_(text), base_(static_cast<const char*>(base)) {}

  void size(const char* name, int& to) { begin(name, "size", &to) << '}'; }
  void constant(char letter, int value) {
    const char name[] = {letter, 0};
    if (!first_) text_ << ',';
    first_ = false;
    text_ << "{\"name\":\"" << name << "\",\"kind\":\"constant\",\"dims\":\"" << (long)value
          << "\",\"optional\":false,\"written\":false,\"offset\":-1}";
  }
  void number(const char* name, float& to, double fallback) { number(name, "float", &to, fallback); }
  void number(const char* name, double& to, double fallback) { number(name, "double", &to, fallback); }
  void rate(const char* name, double& to) { begin(name, "rate", &to) << '}'; }
  void flag(const char* name, bool& to) { begin(name, "flag", &to, "", true) << '}'; }
  void floats(const char* name, const float*& to, const char* dims) { begin(name, "floats", &to, dims) << '}'; }
  void floats(const char* name, float*& to, const char* dims) { begin(name, "floats", &to, dims, false, true) << '}'; }
  void optional(const char* name, const float*& to, const char* dims) { begin(name, "floats", &to, dims, true) << '}'; }
  void optional(const char* name, float*& to, const char* dims) { begin(name, "floats", &to, dims, true, true) << '}'; }
  void numbers(const char* name, const int32_t*& to, const char* dims, char limit) {
    begin(name, "numbers", &to, dims) << ",\"limit\":\"" << limit << "\"}";
  }
  void integers(const char* name, int32_t*& to, const char* dims) { begin(name, "integers", &to, dims, false, true) << '}'; }
  void active(Active& to) {
    begin("start", "steps", &to.start, "B", true) << ",\"limit\":\"T\"}";
    begin("stop", "steps", &to.stop, "B", true) << ",\"limit\":\"T\"}";
  }
  void mask(const char* name, Mask& to, const char* width, int gates = 1, bool needed = false) {
    begin(name, "mask", &to, width, !needed) << ",\"gates\":" << (long)gates << '}';
  }
  void noise(const char* name, NoiseMoments& to) { begin(name, "noise", &to) << '}'; }
  void activation(Activation& to) { begin("activation", "activation", &to) << '}'; }
  void transfer(const char* name, Transfer& to) { begin(name, "transfer", &to) << '}'; }
  void rule(MomentFunction& to) {
    begin("form", "form", &to.form) << '}';
    begin("nodes", "doubles", &to.nodes, "", true) << ",\"lengthAt\":" << at(&to.points) << '}';
    begin("weights", "doubles", &to.weights, "", true) << '}';
  }
  void stream(Stream& to) {
    begin("seedLow", "word", &to.seedLow) << '}';
    begin("seedHigh", "word", &to.seedHigh) << '}';
    begin("step", "word", &to.step) << '}';
    begin("site", "word", &to.site) << '}';
    begin("pass", "word", &to.pass) << '}';
  }
  void whole(const char* name, float*& to, size_t& n) { begin(name, "floats", &to, "", false, true) << ",\"lengthAt\":" << at(&n) << '}'; }
  void whole(const char* name, uint32_t*& to, size_t& n) {
    begin(name, "words", &to, "", false, true) << ",\"lengthAt\":" << at(&n) << '}';
  }
  template <class Sizes>
  void arrays(const char* name, float* const*& to, Sizes& p) {
    begin(name, "list", &to, "", false, true) << ",\"countAt\":" << at(&p.count) << ",\"lengthAt\":" << at(&p.sizes) << '}';
  }
  void matching(const char* name, float* const*& to) { begin(name, "list", &to, "", false, true) << '}'; }
  void maybeMatching(const char* name, float* const*& to) { begin(name, "list", &to, "", true, true) << '}'; }

 private:
  long at(const void* field) const { return (long)(static_cast<const char*>(field) - base_); }

  Text& begin(const char* name, const char* kind, const void* field, const char* dims = "", bool optional = false, bool written = false) {
    if (!first_) text_ << ',';
    first_ = false;
    return text_ << "{\"name\":\"" << name << "\",\"kind\":\"" << kind << "\",\"dims\":\"" << dims
                 << "\",\"optional\":" << (optional ? "true" : "false") << ",\"written\":" << (written ? "true" : "false")
                 << ",\"offset\":" << at(field);
  }
  void number(const char* name, const char* kind, const void* field, double fallback) {
    begin(name, kind, field, "", true) << ",\"fallback\":" << (long)fallback << '}';
  }

  Text& text_;
  const char* base_;
  bool first_ = true;
};

template <class P>
void describeKernel(Text& text, const char* name, Pass pass, int sums, bool first) {
  static P p{};
  text << (first ? "[" : ",") << "{\"name\":\"" << name << "\",\"sums\":" << (long)sums << ",\"size\":" << (long)sizeof(P)
       << ",\"fields\":[";
  Describer describer(text, &p);
  fields(describer, p, pass);
  text << "]}";
}

// The JSON of all kernels: a list.
inline void describeKernels(Text& text) {
  bool first = true;
#define LETHE_KERNEL(name, Params, pass) describeKernel<Params>(text, #name, Pass::pass, 0, first), first = false;
#define LETHE_SUMS(name, Params, pass, count) describeKernel<Params>(text, #name, Pass::pass, count, first), first = false;
#include "kernels.def"
#undef LETHE_KERNEL
#undef LETHE_SUMS
  text << ']';
}

}  // namespace lethe
