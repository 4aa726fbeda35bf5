#include "rounded.h"

#include <cstring>
#include <new>
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

// In blocks without a branch, which the compiler makes vectors of.
bool isCopyOf(const uint16_t* numbers, const float* from, size_t n) {
  constexpr size_t BLOCK = 4096;
  for (size_t i0 = 0; i0 < n; i0 += BLOCK) {
    uint16_t different = 0;
    for (size_t i = i0, end = i0 + BLOCK < n ? i0 + BLOCK : n; i < end; i++) different |= (uint16_t)(rounded(from + i) ^ numbers[i]);
    if (different) return false;
  }
  return true;
}

}  // namespace

void RoundedCopies::add(const float* from, size_t n) {
  Copy copy{from, n, {static_cast<uint16_t*>(allocatePages((n ? n : 1) * sizeof(uint16_t))), &std::free}};
  if (!copy.numbers) throw std::bad_alloc();
  for (size_t i = 0; i < n; i++) copy.numbers.get()[i] = rounded(from + i);
  copies_.push_back(std::move(copy));
}

size_t RoundedCopies::bytes() const {
  size_t sum = 0;
  for (const Copy& copy : copies_) sum += copy.n * sizeof(uint16_t);
  return sum;
}

bool RoundedCopies::are(const float* const* arrays, const size_t* sizes, int count) const {
  if ((size_t)count != copies_.size()) return false;
  for (int i = 0; i < count; i++)
    if (copies_[i].from != arrays[i] || copies_[i].n != sizes[i]) return false;
  for (const Copy& copy : copies_)
    if (!isCopyOf(copy.numbers.get(), copy.from, copy.n)) return false;
  return true;
}

// Originals are read where the caller has them now, never where they were: their memory may be gone.
const uint16_t* RoundedCopies::of(const float* p, size_t n) {
  for (const Copy& copy : copies_) {
    if (p < copy.from || p + n > copy.from + copy.n) continue;
    const uint16_t* numbers = copy.numbers.get() + (p - copy.from);
    for (size_t i = 0; i < PROBE && i < n; i++, probes_++)
      if (rounded(p + probes_ % n) != numbers[probes_ % n]) throw StaleCopy();
    return numbers;
  }
  return nullptr;
}

void RoundedCopies::check(const float* from, size_t n) const {
  for (const Copy& copy : copies_)
    if (copy.from == from && !isCopyOf(copy.numbers.get(), from, n < copy.n ? n : copy.n)) throw StaleCopy();
}

const uint16_t* Pool::rounded(const float* p, size_t n) const { return rounded_ ? rounded_->of(p, n) : nullptr; }

}  // namespace lethe
