// Recurrent layer with a deep transition (Pascanu et al. 2014) over a whole sequence, forward and backward: N layers of H units between
// h_{t-1} and the new state.
//   u_1 = f((x_t . m_in) W_in + (h_{t-1} . m_rec) W_1 + b_1),   u_l = f((u_{l-1} . m_l) W_l + b_l)
//   n_t = g((u_N . m_N) V + (h_{t-1} . m_rec) S + b),   h_t and y_t from n_t as in the plain cell
// The columns of W_rec are blocks of H: those of the pieces of W_1 .. W_N, of V, and of S where there is a shortcut; those of a row of
// pre-activations the same without S. All blocks are packed once a call; the layers of a step run one after the other for the rows of a
// worker, who waits for nobody while there are enough rows, else at one barrier a layer.

namespace lethe {
namespace LETHE_ISA {
namespace {

// Where blocks and rows of a transition lie.
struct DeepLayout {
  long N, P, Q, S, H, sums, blocks;  // blocks of H: of a row of pre-activations, of a row of W_rec
  explicit DeepLayout(const DeepRnn& p)
      : N(p.N), P(p.P), Q(p.Q), S(p.S ? 1 : 0), H(p.H), sums((long)p.N * p.P + p.Q), blocks(sums + (long)p.S * p.Q) {}
  // of layer l, the new state being layer N
  long pieces(long l) const { return l < N ? P : Q; }
  long first(long l) const { return l * P; }
  // how many elements a row of W_rec has
  long ld() const { return blocks * H; }
};

struct DeepPass {
  const DeepRnn& p;
  Pool& pool;
  const DeepLayout at;
  const Pieces inner, last;
  const bool half;
  const long row;    // elements of a row of pre-activations
  const long block;  // of a packed block of recurrent weights

  DeepPass(const DeepRnn& p, Pool& pool)
      : p(p),
        pool(pool),
        at(p),
        inner(piecesOf(p.inner, p.P)),
        last(piecesOf(p.activation, p.Q)),
        half(isHalf(pool)),
        row(at.sums * p.H),
        block(PlainPanels::size(p.H, p.H, half)) {}
  Pieces piecesOf(Transfer f, long count) const { return {f, (int)minimum(p.doublings, 8), count}; }
  const Pieces& of(long l) const { return l < at.N ? inner : last; }
  // nothing to do, or no function of several pieces without pre-activations to keep
  bool empty() const { return p.N < 1 || p.P < 1 || p.Q < 1; }
  bool pooled(long l) const { return p.a && pools(of(l).f); }

  Operand recurrent(long k, bool transposed) const {
    return {p.wRec + k * p.H, at.ld(), transposed, p.maskWeight ? p.maskWeight + k * p.H : nullptr};
  }
  PlainPanels panelsOf(float* packed, long k) const { return {packed + k * block, p.H, half}; }
  float* unit(long t, long b, long l) const { return p.units + ((t * p.B + b) * at.N + l) * p.H; }

  // h_{t-1} . m_rec, members of a group masking the group's rows in their share of the columns
  const float* maskedState(const Part& part, long t, const float* before, float* masked) const {
    if (!masked) return before;
    const long H = p.H, c0 = part.panel0 * PW, cn = maximum(0, minimum(H, part.panel1 * PW) - c0);
    for (long b = part.row0; b < part.row1; b++) {
      const float* m = p.maskRecurrent.row(t, b) + c0;
      const long from = b * H + c0;
      vectors(cn, [&](long j, int w) { store(masked + from + j, load(before + from + j, w) * load(m + j, w), w); });
    }
    pool.barrier(1 + part.group, part.members);
    return masked;
  }

  // A row's share of one piece: what `all`, the largest, becomes when its sums have come, the pre-activations kept.
  LETHE_INLINED void addPiece(const Pieces& pieces, bool first, const float* sum, const float* bias, float* a, long cols,
                              float* all) const {
    vectors(cols, [&](long j, int w) {
      vf v = load(bias + j, w) + load(sum + j, w);
      store(a + j, v, w);
      store(all + j, pieces.with(first, first ? v : load(all + j), v));
    });
  }

  void forward() {
    if (empty()) return;
    const long T = p.T, B = p.B, I = p.I, H = p.H, step = B * H, N = at.N;
    const float* x = maskedRows(pool, kMaskedInput, p.x, p.maskInput, T, B, I);
    float* packed = pool.workspace(kPackedRec, at.blocks * block);
    float* masked = p.maskRecurrent.data ? pool.workspace(kMaskedState, step) : nullptr;
    float* maskedUnits = p.maskTransition.data ? pool.workspace(kMaskedUnits, N * step) : nullptr;
    const bool zoned = p.zoneout.data || p.zoneoutRate != 0.0f;
    SparseRows rows;
    const bool sparse = findSparse(pool, x, T * B, I, rows), halfInput = half && !sparse;
    const long inputBlock = PlainPanels::size(I, H, halfInput);
    float* packedIn = pool.workspace(kPackedIn, at.P * inputBlock);
    auto inputsOf = [&](long c) -> PlainPanels { return {packedIn + c * inputBlock, I, halfInput}; };
    const long work = H * (at.P * I + at.blocks * H);
    // of a worker: state, units below, inputs
    const long inputs = halfRoom(B, H, 2), room = inputs + (sparse ? 0 : halfRoom(B, I, 1));
    const HalfRooms rooms(pool, half, room);

    parallelIf((double)T * B * work > 100000, pool, [&](int worker, int workers) {
      alignas(64) float out[PLAIN_ROWS * PW];
      alignas(64) float all[PLAIN_ROWS * PW];
      for (long c = 0; c < at.P; c++) {
        const Operand input{p.wIn + c * H, at.P * H, false, p.maskWeightIn ? p.maskWeightIn + c * H : nullptr};
        inputsOf(c).pack(input, H, worker, workers);
      }
      for (long k = 0; k < at.blocks; k++) panelsOf(packed, k).pack(recurrent(k, false), H, worker, workers);
      pool.barrier(0, workers);
      const Part part = partOf(chooseGrid(workers, B, H, (half ? 2 : 4) * work), worker, B, H);
      const long count = part.row1 - part.row0;
      const PlainChunks chunk(half, count);
      const HalfTiles tiles(pool, (int)chunk.tileRows, false);
      uint16_t* const mine = rooms.of(worker);

      for (long t = 0; t < T; t++) {
        const float* before = t ? p.h + (t - 1) * step : p.h0;
        const float* state = maskedState(part, t, before, masked);
        PlainRows inputRows{};
        if (!sparse) inputRows = inputsOf(0).rows(x + (t * B + part.row0) * I, I, count, rooms.of(worker, inputs), 0);
        const PlainRows states = panelsOf(packed, 0).rows(state + part.row0 * H, H, count, mine, 0);
        for (long l = 0; l <= N; l++) {
          const Pieces& pieces = of(l);
          PlainRows below = states;
          if (l > 0) {
            const float* units = maskedUnits ? maskedUnits + (part.row0 * N + l - 1) * H : unit(t, part.row0, l - 1);
            below = panelsOf(packed, 0).rows(units, N * H, count, mine, 1);
          }
          for (long b0 = part.row0; b0 < part.row1; b0 += chunk.rows) {
            const int r = (int)minimum(chunk.rows, part.row1 - b0);
            const long first = b0 - part.row0, tileRows = chunk.tileRows;
            for (long q = part.panel0; q < part.panel1; q++) {
              const long j0 = q * PW, cols = minimum(PW, H - j0), width = roundUp(cols, W);
              for (long c = 0; c < (pooled(l) ? at.pieces(l) : 1); c++) {
                const long k = at.first(l) + c, m0 = t * B + b0;
                if (l == 0) {
                  if (sparse) {
                    sparseTile(r, width, rows, x, m0, inputsOf(c).panel(q), out);
                  } else {
                    inputsOf(c).multiply(tiles, tileRows, inputRows, first, r, q, width, false, out);
                  }
                }
                panelsOf(packed, k).multiply(tiles, tileRows, below, first, r, q, width, l == 0, out);
                if (l == N && at.S) panelsOf(packed, at.sums + c).multiply(tiles, tileRows, states, first, r, q, width, true, out);
                if (!pooled(l)) continue;
                for (int i = 0; i < r; i++)
                  addPiece(pieces, c == 0, out + i * PW, p.bias + k * H + j0, p.a + (m0 + i) * row + k * H + j0, cols, all + i * PW);
              }
              for (int i = 0; i < r; i++) {
                const long b = b0 + i, m0 = t * B + b0;
                const float *sum = out + i * PW, *pieced = all + i * PW, *bias = p.bias + at.first(l) * H + j0;
                auto finish = [&](auto&& made) {
                  if (l == N) return stateUnits(p, zoned, t, b, j0, cols, before, made);
                  float* u = unit(t, b, l) + j0;
                  const float* m = maskedUnits ? p.maskTransition.row(t, b) + l * H + j0 : nullptr;
                  float* to = maskedUnits ? maskedUnits + (b * N + l) * H + j0 : nullptr;
                  vectors(cols, [&](long j, int w) {
                    const vf v = made(j, w);
                    store(u + j, v, w);
                    if (m) store(to + j, v * load(m + j, w), w);
                  });
                };
                if (pooled(l)) {
                  const float* a = p.a + (m0 + i) * row + at.first(l) * H + j0;
                  finish([&](long j, int w) { return pieces.value(load(pieced + j, w), [&](long c) { return load(a + c * H + j, w); }); });
                } else {
                  withActivation(pieces.f, [&](auto as) {
                    finish([&](long j, int w) {
                      return activate(chosen<decltype(as)::f>((Activation)pieces.f), load(bias + j, w) + load(sum + j, w));
                    });
                  });
                }
              }
            }
          }
          pool.barrier(1 + part.group, part.members);
        }
      }
    });
  }

  // The gradient of the pieces of units from that of the units, columns j of row (t, b); `a` may be where da is.
  LETHE_INLINED void givePieces(long l, long m, long j, int w, vf unit, vf d, bool active) const {
    const Pieces& pieces = of(l);
    const long from = m * row + at.first(l) * p.H + j;
    float* da = p.da + from;
    if (!active || !pooled(l)) {
      store(da, active ? d * slopeBy(pieces.f, unit) : d, w);
      for (long c = 1; c < at.pieces(l); c++) store(da + c * p.H, splat(0.0f), w);
      return;
    }
    for (long c = 0; c < at.pieces(l); c++) store(da + c * p.H, pieces.give(unit, load(p.a + from + c * p.H, w), d), w);
  }
  void backward() {
    if (empty()) return;
    const long T = p.T, B = p.B, H = p.H, step = B * H, N = at.N;
    float* packed = pool.workspace(kPackedRec, at.blocks * block);
    float* carry = pool.workspace(kCarry, step);
    const bool zoned = p.zoneout.data || p.zoneoutRate != 0.0f;
    const long work = at.blocks * H * H;
    // of a worker: the pieces of a layer, and those of the new state, which come through the shortcut
    const long shortcut = maximum(at.P, at.Q), room = halfRoom(B, H, shortcut + at.S * at.Q);
    const HalfRooms rooms(pool, half, room);

    parallelIf((double)T * B * work > 200000, pool, [&](int worker, int workers) {
      alignas(64) float out[PLAIN_ROWS * PW];
      for (long k = 0; k < at.blocks; k++) panelsOf(packed, k).pack(recurrent(k, true), H, worker, workers);
      pool.barrier(0, workers);
      const Part part = partOf(chooseGrid(workers, B, H, (half ? 2 : 4) * work), worker, B, H);
      const long count = part.row1 - part.row0;
      const PlainChunks chunk(half, count);
      const HalfTiles tiles(pool, (int)chunk.tileRows, false);
      uint16_t* const mine = rooms.of(worker);
      const long c0 = part.panel0 * PW, c1 = minimum(H, part.panel1 * PW), cn = maximum(0, c1 - c0);
      auto countOf = [&](long l) { return pooled(l) ? at.pieces(l) : 1; };
      // da of piece c of layer l, on its way through the shortcut for `skip`
      auto slopes = [&](long t, long l, bool skip, long c) {
        return panelsOf(packed, 0).view(p.da + (t * B + part.row0) * row + (at.first(l) + c) * H, row, count, mine,
                                        (skip ? shortcut : 0) + c);
      };
      auto round = [&](long t, long l, bool skip) {
        for (long c = 0; half && c < countOf(l); c++) {
          const PlainRows rows = slopes(t, l, skip, c);
          panelsOf(packed, 0).rows(rows.a, row, count, mine, (skip ? shortcut : 0) + c);
        }
      };
      // out (+)= da of the pieces of layer l times their weights, those of the shortcut for `skip`
      auto back = [&](long t, long b0, int r, long q, long width, long l, bool skip, bool add) {
        for (long c = 0; c < countOf(l); c++) {
          const PlainPanels weights = panelsOf(packed, skip ? at.sums + c : at.first(l) + c);
          weights.multiply(tiles, chunk.tileRows, slopes(t, l, skip, c), b0 - part.row0, r, q, width, add || c > 0, out);
        }
      };

      for (long b = part.row0; b < part.row1; b++)
        vectors(cn, [&](long j, int w) { store(carry + b * H + c0 + j, p.dhLast ? load(p.dhLast + b * H + c0 + j, w) : splat(0.0f), w); });

      for (long t = T - 1; t >= 0; t--) {
        for (long b = part.row0; b < part.row1; b++) {
          const float* n = p.n + (t * B + b) * H + c0;
          stateGradients(p, zoned, t, b, c0, cn, carry + b * H,
                         [&](long j, int w, vf d, bool active) { givePieces(N, t * B + b, c0 + j, w, load(n + j, w), d, active); });
        }
        pool.barrier(1 + part.group, part.members);
        for (long l = N - 1; l >= -1; l--) {
          round(t, l + 1, false);
          if (l < 0 && at.S) round(t, N, true);
          for (long b0 = part.row0; b0 < part.row1; b0 += chunk.rows) {
            const int r = (int)minimum(chunk.rows, part.row1 - b0);
            for (long q = part.panel0; q < part.panel1; q++) {
              const long j0 = q * PW, cols = minimum(PW, H - j0), width = roundUp(cols, W);
              back(t, b0, r, q, width, l + 1, false, false);
              if (l < 0 && at.S) back(t, b0, r, q, width, N, true, true);
              for (int i = 0; i < r; i++) {
                const long b = b0 + i;
                const float* m = l < 0 ? p.maskRecurrent.row(t, b) : p.maskTransition.row(t, b);
                if (m) m += maximum(l, 0) * H + j0;
                float* c = carry + b * H + j0;
                const float* u = l < 0 ? nullptr : unit(t, b, l) + j0;
                vectors(cols, [&](long j, int w) {
                  vf d = load(out + i * PW + j, w);
                  if (m) d *= load(m + j, w);
                  if (u) {
                    givePieces(l, t * B + b, j0 + j, w, load(u + j, w), d, true);
                  } else {
                    store(c + j, load(c + j, w) + d, w);
                  }
                });
              }
            }
          }
          if (l >= 0) pool.barrier(1 + part.group, part.members);
        }
      }
    });

    if (p.dh0) vectors(step, [&](long j, int w) { store(p.dh0 + j, load(p.dh0 + j, w) + load(carry + j, w), w); });
    weightGradients();
  }

  // rows [T * B, n] times a mask, its rows `first` columns in
  const float* masked(int slot, const float* rows, long ld, const float* head, const Mask& mask, long first) {
    const long T = p.T, B = p.B, H = p.H;
    float* to = pool.workspace(slot, T * B * H);
    parallelIf(T * B * H > 50000, pool, [&](int worker, int workers) {
      Range range = share(T * B, worker, workers);
      for (long m = range.begin; m < range.end; m++) {
        const float* k = mask.row(m / B, m % B) + first;
        const float* from = head && m < B ? head + m * H : rows + (head ? m - B : m) * ld;
        vectors(H, [&](long j, int w) { store(to + m * H + j, load(from + j, w) * load(k + j, w), w); });
      }
    });
    return to;
  }

  // what the columns [k, k + count) of W_rec read, against the gradient of the pre-activations from block `d` on
  template <class Packed>
  void addBlocks(Rows rows, long k, long count, long d, Packed&& seen) {
    const long H = p.H;
    addWeightGradient(pool, (long)p.T * p.B, H, count * H, rows, p.da + d * H, row, p.maskWeight ? p.maskWeight + k * H : nullptr,
                      p.dwRec + k * H, at.ld(), seen);
  }

  void weightGradients() {
    const long T = p.T, B = p.B, I = p.I, H = p.H, N = at.N, M = T * B, wide = at.P * H;
    auto nobody = [](int, long, long, long, const float*) {};
    if (half) columnSums(pool, M, row, p.da, row, p.dbias, true);
    Rows states{p.h, 1, H, p.h0, B};
    if (p.maskRecurrent.data) states = {masked(kMaskedState, p.h, H, p.h0, p.maskRecurrent, 0), 1, H};
    const float* x = maskedRows(pool, kMaskedInput, p.x, p.maskInput, T, B, I);
    SparseRows sparse;
    const bool isSparse = !half && findSparse(pool, x, M, I, sparse);
    // while a packed stretch of da is in the cache: the bias and, from sparse inputs, W_in
    addBlocks(states, 0, at.P, 0, [&](int, long panel, long k0, long kn, const float* packed) {
      addPanelSums(panel, kn, packed, wide, p.dbias);
      if (isSparse)
        addSparsePanel(sparse, x, panel, k0, kn, packed, wide, p.dwIn,
                       [&](long at, int w) { return p.maskWeightIn ? load(p.maskWeightIn + at, w) : splat(1.0f); });
    });
    if (!isSparse) addWeightGradient(pool, M, I, wide, {x, 1, I}, p.da, row, p.maskWeightIn, p.dwIn, wide, nobody);
    if (at.S) addBlocks(states, at.sums, at.Q, at.first(N), nobody);
    for (long l = 1; l <= N; l++) {
      Rows rows{p.units + (l - 1) * H, 1, N * H};
      if (p.maskTransition.data) rows = {masked(kMaskedUnits, rows.a, N * H, nullptr, p.maskTransition, (l - 1) * H), 1, H};
      addBlocks(rows, at.first(l), at.pieces(l), at.first(l), [&](int, long panel, long, long kn, const float* packed) {
        addPanelSums(panel, kn, packed, at.pieces(l) * H, p.dbias + at.first(l) * H);
      });
    }
    if (!p.dx) return;
    product(pool, M, I, wide, {{p.da, row, 1}, {p.wIn, wide, true, p.maskWeightIn}}, nullptr,
            [&](long i, long j0, long cols, const float* sum, const float*, bool) {
              const float* m = p.maskInput.row(i / B, i % B);
              float* dx = p.dx + i * I + j0;
              vectors(cols, [&](long j, int w) {
                vf d = load(sum + j, w);
                if (m) d *= load(m + j0 + j, w);
                store(dx + j, load(dx + j, w) + d, w);
              });
            });
  }
};

static void deepRnnForward(const DeepRnn& p, Pool& pool) { DeepPass(p, pool).forward(); }
static void deepRnnBackward(const DeepRnn& p, Pool& pool) { DeepPass(p, pool).backward(); }

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
