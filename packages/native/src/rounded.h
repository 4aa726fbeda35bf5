// Copies in bf16 of weights that do not change for a while, for products of few rows, which are bound by memory.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

namespace lethe {

// A copy was asked for whose original has changed.
struct StaleCopy {};

class RoundedCopies {
 public:
  void add(const float* from, size_t n);
  size_t bytes() const;
  // Whether these are copies of just those arrays as they are now.
  bool are(const float* const* arrays, const size_t* sizes, int count) const;

  // The copy of the n numbers at `p`, an array or a part of one; null when there is none. Throws StaleCopy when it finds that
  // the originals have changed: it compares PROBE of the n with every call, others every time, so that a change of many is found
  // at once and one of a single number in n / PROBE calls; `check` compares a whole array.
  const uint16_t* of(const float* p, size_t n);
  void check(const float* from, size_t n) const;

 private:
  static constexpr size_t PROBE = 256;
  struct Copy {
    const float* from;
    size_t n;
    std::unique_ptr<uint16_t, decltype(&std::free)> numbers;
  };
  std::vector<Copy> copies_;
  size_t probes_ = 0;
};

}  // namespace lethe
