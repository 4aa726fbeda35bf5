// Room for the rows of a step, which in bf16 every worker of a recurrent layer rounds for himself before he multiplies.

namespace lethe {
namespace LETHE_ISA {
namespace {

// Numbers for so many operands of K for all rows; two tiles are read whole, however few rows there are.
LETHE_INLINE long halfRoom(long rows, long K, long operands) { return (rows + 2 * ROWS16) * paddedDepth(K) * operands; }

// Rooms of all workers, `each` numbers; none in float32.
struct HalfRooms {
  uint16_t* all;
  long each;
  HalfRooms(Pool& pool, bool half, long each)
      : all(half ? reinterpret_cast<uint16_t*>(pool.workspace(kHalfRows, pool.threads() * each / 2)) : nullptr), each(each) {}
  uint16_t* of(int worker, long from = 0) const { return all ? all + worker * each + from : nullptr; }
};

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
