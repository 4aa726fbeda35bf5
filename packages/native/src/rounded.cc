#include "rounded.h"

#include <cstring>
#include <utility>

#include "pool.h"

namespace lethe {
namespace {

// to the nearest, ties to even
uint16_t rounded(const float* x) {
  uint32_t bits;
  std::memcpy(&bits, x, sizeof bits);
  return (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

}  // namespace

void RoundedCopies::add(const float* from, size_t n) {
  std::vector<uint16_t> numbers(n);
  for (size_t i = 0; i < n; i++) numbers[i] = rounded(from + i);
  copies_.push_back({from, std::move(numbers)});
}

// Originals are read where the caller has them now, never where they were: their memory may be gone.
const uint16_t* RoundedCopies::of(const float* p, size_t n) {
  for (const Copy& copy : copies_) {
    if (p < copy.from || p + n > copy.from + copy.numbers.size()) continue;
    const uint16_t* numbers = copy.numbers.data() + (p - copy.from);
    for (size_t i = 0; i < PROBE && i < n; i++, probes_++)
      if (rounded(p + probes_ % n) != numbers[probes_ % n]) throw StaleCopy();
    return numbers;
  }
  return nullptr;
}

void RoundedCopies::check(const float* from, size_t n) const {
  for (const Copy& copy : copies_)
    for (size_t i = 0; copy.from == from && i < n && i < copy.numbers.size(); i++)
      if (rounded(from + i) != copy.numbers[i]) throw StaleCopy();
}

const uint16_t* Pool::rounded(const float* p, size_t n) const { return rounded_ ? rounded_->of(p, n) : nullptr; }

}  // namespace lethe
