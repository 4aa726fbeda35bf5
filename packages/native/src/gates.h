// What LSTM and GRU share: panels of gates, the input projection and the gradients that need no recurrence.
//
// A worker owns a range of units. Its recurrent weights are packed panel by panel, the gates of a panel one after
// the other, so that the tiles of all gates of some rows and units follow each other and activation, masks and state
// update run while they are in the first-level cache. With 650 units the recurrent weights (6.8 MB) exceed the
// second-level cache and are read again at every step: panels are visited in alternating direction, so that the end
// of one step's reading is still there for the next, and the next panel is fetched while one is multiplied.
//
// Limit of one step of 20 rows and 650 units on two cores: 68 MFLOP, 0.16 ms at peak, and as long for reading 3.4 MB
// a core at 20 GB/s; measured 0.19 (0.23 without fetching ahead). The projection of all inputs is one product
// beforehand: fused into the step it would read the input weights again each time.

namespace lethe {
namespace LETHE_ISA {
namespace {

// Rows of a tile when `rows` rows are divided evenly into tiles of at most MR.
LETHE_INLINE long evenRows(long rows) {
  long tiles = (rows + MR - 1) / MR;
  return tiles ? (rows + tiles - 1) / tiles : 1;
}

// The part of a worker in a step of a gated cell: rows [row0, row1), units [unit0, unit0 + units), whole vectors, and
// its group. As for the plain cell, groups of whole rows need no barrier but each read all weights; where those stay in the
// second-level cache of a core, four rows are enough: workers that share units fetch each other's states at every step. [50, 8, 64]:
// a tenth less, forward 209 us instead of 232, backward 322 instead of 361 (Intel Xeon 2.80 GHz, Ice Lake).
struct UnitPart {
  long row0, row1, unit0, units;
  int group, members;
};
static UnitPart unitPart(int worker, int workers, long B, long H, long bytes, bool half = false) {
  const long least = half ? ROWS16 : bytes <= secondLevelCache() / 2 ? 4 : MR;
  const bool byRows = workers > 1 && B >= workers * least && bytes <= 1750000;
  const int rowGroups = byRows ? workers : 1, members = workers / rowGroups;
  Range rows = share(B, worker / members, rowGroups), cols = share((H + W - 1) / W, worker % members, members);
  const long unit0 = minimum(H, cols.begin * W);
  return {rows.begin, rows.end, unit0, minimum(H, cols.end * W) - unit0, worker / members, members};
}

// Most rows that go through the tiles of one block before the next.
constexpr int CHUNK = NV * MR > ROWS16 ? NV* MR : ROWS16;

// Packed panels of a worker's columns of `blocks` matrices [K, H] side by side or, transposed, [H, K] on one another:
// panel q of block g is [K][width], g after g, q after q; in bf16 K is padded. And how rows are put through them.
struct BlockPanels {
  float* base;
  long K, units;
  int blocks;
  uint16_t* half;  // in bf16: the panels, and room for a step's rows
  uint16_t* room;
  const HalfTiles* tiles;
  long tileRows;  // of a tile of rows
  long chunk;     // rows that go through one block before the next

  long depth() const { return half ? paddedDepth(K) : K; }
  long width(long q) const { return roundUp(minimum(PW, units - q * PW), W); }
  long offset(long q, int g) const { return (q * PW * blocks + g * width(q)) * depth(); }
  float* at(long q, int g) const { return base + offset(q, g); }
  // What is read after panel q of block g, when panels are visited upwards or downwards.
  const float* after(long q, int g, bool up) const {
    if (g + 1 < blocks) return at(q, g + 1);
    const long next = up ? q + 1 : q - 1;
    return next >= 0 && next < panels(units) ? at(next, 0) : at(q, g);
  }
};

// Numbers of float32 that the panels of `blocks` matrices take in either precision.
LETHE_INLINE long blocksSize(long K, long n, int blocks) { return packedSize(paddedDepth(K), n) * blocks; }

// In bf16: tiles of rows for a worker. Two tiles share the rows evenly.
LETHE_INLINE int halfTileRows(const UnitPart& part) {
  const long rows = part.row1 - part.row0, chunks = (rows + ROWS16 - 1) / ROWS16, chunk = chunks ? (rows + chunks - 1) / chunks : 1;
  return (int)(chunk > 16 ? (chunk + 1) / 2 : maximum(1, chunk));
}

// Packs them. operand(g) is block g at the worker's first column. Workers that share all columns share the packing. Without room for
// rounded rows: float32.
template <class Block>
LETHE_INLINE BlockPanels packBlocks(float* dst, long K, int blocks, const UnitPart& part, int worker, int workers, const HalfTiles& tiles,
                                    uint16_t* room, Block&& operand) {
  const long rows = part.row1 - part.row0;
  BlockPanels packed{dst, K, part.units, blocks, nullptr, room, &tiles, evenRows(rows), 0};
  packed.chunk = NV * packed.tileRows;
  if (room) {
    packed.tileRows = halfTileRows(part);
    packed.chunk = maximum(1, minimum(2 * packed.tileRows, rows));
    packed.half = reinterpret_cast<uint16_t*>(dst);
    packed.half += part.unit0 * packed.depth() * blocks;
  } else {
    packed.base = dst + part.unit0 * K * blocks;
  }
  const Range mine = part.members == 1 ? share(panels(part.units), worker, workers) : Range{0, panels(part.units)};
  for (int g = 0; g < blocks; g++) {
    if (packed.half)
      packHalfPanels(operand(g), 0, K, part.units, PW, mine.begin, mine.end, [&](long q) { return packed.half + packed.offset(q, g); });
    else
      for (long q = mine.begin; q < mine.end; q++) packPanel(packed.at(q, g), operand(g), 0, K, part.units, q);
  }
  return packed;
}

// The rows of a worker in a step as the tiles read them, `rs` numbers apart.
struct StepRows {
  const float* a;
  long rs;
  const uint16_t* half;
};

// `a` is the operand's first row of the part; in bf16 it is rounded now, into place `slot` of the room.
LETHE_INLINE StepRows stepRows(const BlockPanels& packed, const UnitPart& part, const float* a, long rs, int slot = 0) {
  if (!packed.half) return {a, rs, nullptr};
  const long rows = part.row1 - part.row0, depth = packed.depth();
  uint16_t* to = packed.room + slot * halfRoom(rows, packed.K, 1);
  roundRows(to, a, rows, packed.K, rs, depth);
  return {a, rs, to};
}

// out = rows [row, row + count) of a chunk times panel q of block g; a chunk is at most packed.chunk rows, out [.][PW]. In
// float32 three tiles of a panel of three vectors fetch all of the panel that is read next.
LETHE_INLINE void blockTiles(const BlockPanels& packed, long q, int g, const StepRows& rows, long row, long count, long index, bool up,
                             bool add, float* out) {
  if (packed.half) {
    const long depth = packed.depth();
    const HalfRows own{rows.half + row * depth, 2 * depth, 2 * depth * packed.tileRows, 64};
    packed.tiles->multiplyTo(count > packed.tileRows ? 2 : 1, packed.width(q), packed.K, own, packed.half + packed.offset(q, g),
                             {out, PW, add ? out : nullptr, PW});
    return;
  }
  for (long r = 0; r < count; r += packed.tileRows, index++) {
    const float* next = index < NV ? packed.after(q, g, up) + index * packed.K * 16 : nullptr;
    tile((int)minimum(packed.tileRows, count - r), packed.width(q),
         {packed.K, rows.a + (row + r) * rows.rs, rows.rs, 1, packed.at(q, g), next}, add, out + r * PW);
  }
}

// Left operand of gate g: x . mask of that gate; x itself when there is no mask. Gates that share a mask share the slot's content.
static const float* gateInput(Pool& pool, const Gated& p, int g) {
  if (!p.maskInput.data) return p.x;
  if (g > 0 && !p.maskInput.perGate()) return pool.workspace(kMaskedInput, (long)p.T * p.B * p.I);
  Mask mask = p.maskInput;
  mask.data += g * mask.gate;
  return maskedRows(pool, kMaskedInput, p.x, mask, p.T, p.B, p.I);
}

// gates [T, B, G*H] = (x . maskInput)(W_in . maskWeightIn) + b, for all steps at once
static void projectInput(const Gated& p, int G, Pool& pool) {
  const long M = (long)p.T * p.B, GH = (long)G * p.H;
  const int parts = p.maskInput.perGate() ? G : 1;
  const long n = GH / parts;
  for (int g = 0; g < parts; g++) {
    const float* x = gateInput(pool, p, g);
    const float* mask = p.maskWeightIn ? p.maskWeightIn + g * n : nullptr;
    product(pool, M, n, p.I, {{x, p.I, 1}, {p.wIn + g * n, GH, false, mask}}, nullptr, AddTo{p.gates + g * n, GH, false, p.bias + g * n});
  }
}

// gates [B, G*H] += (h0 . maskRecurrent)(W_rec . maskWeight), the recurrent side of a single step
static void addRecurrent(const Gated& p, int G, Pool& pool) {
  const long GH = (long)G * p.H;
  const float* h = maskedRows(pool, kMaskedState, p.h0, p.maskRecurrent, 1, p.B, p.H);
  product(pool, p.B, GH, p.H, {{h, p.H, 1}, {p.wRec, GH, false, p.maskWeight}}, nullptr, AddTo{p.gates, GH, true});
}

// dW_in, db and dx from da
static void inputGradients(const Gated& p, int G, Pool& pool) {
  const long M = (long)p.T * p.B, GH = (long)G * p.H, I = p.I;
  const int parts = p.maskInput.perGate() ? G : 1;
  const long n = GH / parts;
  for (int g = 0; g < parts; g++) {
    const float* mask = p.maskWeightIn ? p.maskWeightIn + g * n : nullptr;
    addWeightGradient(
        pool, M, I, n, {gateInput(pool, p, g), 1, I}, p.da + g * n, GH, mask, p.dwIn + g * n, GH,
        [&](int, long panel, long, long kn, const float* packed) { addPanelSums(panel, kn, packed, n, p.dbias + g * n); }, p.fresh);
    if (isHalf(pool)) columnSums(pool, M, n, p.da + g * n, GH, p.dbias + g * n, true);
    if (!p.dx) continue;
    const Factor factor{{p.da + g * n, GH, 1}, {p.wIn + g * n, GH, true, mask}};
    if (!p.maskInput.data) {
      product(pool, M, I, n, factor, nullptr, AddTo{p.dx, I, true});
      continue;
    }
    product(pool, M, I, n, factor, nullptr, [&](long i, long j0, long cols, const float* sum, const float*, bool) {
      const float* m = p.maskInput.row(i / p.B, i % p.B, g);
      float* dx = p.dx + i * I + j0;
      vectors(cols, [&](long j, int w) { store(dx + j, load(dx + j, w) + load(sum + j, w) * load(m + j0 + j, w), w); });
    });
  }
}

// The states before each step, masked as in front of gate g: the left operand of the recurrent weights' gradient.
static Rows statesBefore(Pool& pool, const Gated& p, int g) {
  const long B = p.B, H = p.H, M = p.T * B;
  if (!p.maskRecurrent.data) return {p.h, 1, H, p.h0, B};
  float* masked = pool.workspace(kMaskedState, M * H);
  if (g > 0 && !p.maskRecurrent.perGate()) return {masked, 1, H};
  parallelIf(M * H > 50000, pool, [&](int worker, int workers) {
    Range range = share(M, worker, workers);
    for (long m = range.begin; m < range.end; m++) {
      const float* k = p.maskRecurrent.row(m / B, m % B, g);
      const float* h = m < B ? p.h0 + m * H : p.h + (m - B) * H;
      vectors(H, [&](long j, int w) { store(masked + m * H + j, load(h + j, w) * load(k + j, w), w); });
    }
  });
  return {masked, 1, H};
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
