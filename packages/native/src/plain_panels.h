// What plain and deep cells and their moments multiply with at every step, in either precision: packed weights, and rows of a step, which
// in bf16 every worker rounds for himself before he multiplies.
//
// docs/speed.md has how fast steps are in both.

namespace lethe {
namespace LETHE_ISA {
namespace {

// Most rows of a product of a step.
constexpr int PLAIN_ROWS = MR > ROWS16 ? MR : ROWS16;

// How many of a worker's rows are multiplied together; in bf16 in two tiles, which share them evenly.
struct PlainChunks {
  long rows = MR, tileRows = MR;
  PlainChunks(bool half, long count) {
    if (!half || count <= 0) return;
    const long chunks = (count + ROWS16 - 1) / ROWS16;
    rows = (count + chunks - 1) / chunks;
    tileRows = rows > 16 ? (rows + 1) / 2 : rows;
  }
};

// Rows of a left operand, `ld` apart; in bf16 with their copy, `depth` apart.
struct PlainRows {
  const float* a;
  long ld;
  const uint16_t* half = nullptr;
  long depth = 0;
};

// Packed weights [K, n] in panels.
struct PlainPanels {
  float* data;
  long K;
  bool half;

  PlainPanels(float* data, long K, bool half) : data(data), K(K), half(half) {}
  PlainPanels(Pool& pool, int slot, long K, long n, bool half) : PlainPanels(pool.workspace(slot, size(K, n, half)), K, half) {}
  // Numbers of float32 that they take.
  static long size(long K, long n, bool half) { return packedSize(half ? paddedDepth(K) : K, n); }
  const float* panel(long q) const { return data + q * PW * K; }
  uint16_t* halfPanel(long q) const { return reinterpret_cast<uint16_t*>(data) + q * PW * paddedDepth(K); }

  // The worker's share of the panels.
  void pack(const Operand& o, long n, int worker, int workers) const {
    if (!half) return packShare(data, o, 0, K, n, worker, workers);
    const Range mine = share(panels(n), worker, workers);
    packHalfPanels(o, 0, K, n, PW, mine.begin, mine.end, [&](long q) { return halfPanel(q); });
  }
  // `count` rows of K from `a` on, `ld` apart, for these weights; in bf16 with their copy, operand `slot` of the room.
  PlainRows view(const float* a, long ld, long count, uint16_t* room, long slot) const {
    if (!half || count <= 0) return {a, ld};
    return {a, ld, room + slot * halfRoom(count, K, 1), paddedDepth(K)};
  }
  // The same, the copy made now.
  PlainRows rows(const float* a, long ld, long count, uint16_t* room, long slot) const {
    const PlainRows made = view(a, ld, count, room, slot);
    if (made.half) roundRows(const_cast<uint16_t*>(made.half), a, count, K, ld, made.depth);
    return made;
  }
  // out [r][PW] = (what it holds, when `add`) + rows [first, first + r) times panel q
  LETHE_INLINED void multiply(const HalfTiles& tiles, long tileRows, const PlainRows& rows, long first, int r, long q, long width, bool add,
                              float* out) const {
    if (!half) return tile(r, width, {K, rows.a + first * rows.ld, rows.ld, 1, panel(q)}, add, out);
    const HalfRows own{rows.half + first * rows.depth, 2 * rows.depth, 2 * rows.depth * tileRows, 2 * KB};
    tiles.multiplyTo(r > tileRows ? 2 : 1, width, K, own, halfPanel(q), {out, PW, add ? out : nullptr, PW});
  }
};

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
