// Writes the parameters of a kernel down as JSON: name, kind, dimensions, place in the struct. For the test that holds the
// structs and the TypeScript contract together, and for bindings that fill the structs from outside.
#pragma once
#include <cstdio>
#include <string>

#include "params/fields.h"

namespace lethe {

class Describer {
 public:
  explicit Describer(const void* base) : base_(static_cast<const char*>(base)) {}

  // [{"name", "kind", "dims", "optional", "offset", "written"}, …]
  std::string text() const { return "[" + text_ + "]"; }

  void size(const char* name, int& to) { put(name, "size", &to); }
  void constant(char letter, int value) { put(std::string(1, letter).c_str(), "constant", nullptr, std::to_string(value)); }
  void number(const char* name, float& to, double) { put(name, "float", &to, "", true); }
  void number(const char* name, double& to, double) { put(name, "double", &to, "", true); }
  void rate(const char* name, double& to) { put(name, "double", &to); }
  void flag(const char* name, bool& to) { put(name, "flag", &to, "", true); }
  void floats(const char* name, const float*& to, const char* dims) { put(name, "floats", &to, dims); }
  void floats(const char* name, float*& to, const char* dims) { put(name, "floats", &to, dims, false, true); }
  void optional(const char* name, const float*& to, const char* dims) { put(name, "floats", &to, dims, true); }
  void optional(const char* name, float*& to, const char* dims) { put(name, "floats", &to, dims, true, true); }
  void numbers(const char* name, const int32_t*& to, const char* dims, char) { put(name, "numbers", &to, dims); }
  void active(Active& to) {
    put("start", "numbers", &to.start, "B", true);
    put("stop", "numbers", &to.stop, "B", true);
  }
  void mask(const char* name, Mask& to, const char* width, int = 1, bool needed = false) { put(name, "mask", &to, width, !needed); }
  void noise(const char* name, NoiseMoments& to) { put(name, "noise", &to); }
  void activation(Activation& to) { put("activation", "activation", &to); }
  void rule(MomentFunction& to) {
    put("form", "form", &to.form);
    put("nodes", "doubles", &to.nodes, "", true);
    put("weights", "doubles", &to.weights, "", true);
  }
  void stream(Stream& to) {
    put("seedLow", "word", &to.seedLow);
    put("seedHigh", "word", &to.seedHigh);
    put("step", "word", &to.step);
    put("site", "word", &to.site);
    put("pass", "word", &to.pass);
  }
  void whole(const char* name, float*& to, size_t&) { put(name, "floats", &to, "", false, true); }
  void whole(const char* name, uint32_t*& to, size_t&) { put(name, "words", &to, "", false, true); }
  template <class Sizes>
  void arrays(const char* name, float* const*& to, Sizes&) {
    put(name, "list", &to);
  }
  void matching(const char* name, float* const*& to) { put(name, "list", &to); }
  void maybeMatching(const char* name, float* const*& to) { put(name, "list", &to, "", true); }

 private:
  void put(const char* name, const char* kind, const void* at, const std::string& dims = "", bool optional = false, bool written = false) {
    char line[256];
    const long offset = at ? (long)(static_cast<const char*>(at) - base_) : -1;
    std::snprintf(line, sizeof line, "{\"name\":\"%s\",\"kind\":\"%s\",\"dims\":\"%s\",\"optional\":%s,\"written\":%s,\"offset\":%ld}",
                  name, kind, dims.c_str(), optional ? "true" : "false", written ? "true" : "false", offset);
    if (!text_.empty()) text_ += ",";
    text_ += line;
  }

  const char* base_;
  std::string text_;
};

}  // namespace lethe
