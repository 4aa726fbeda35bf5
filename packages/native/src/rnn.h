// Plain recurrent layer over a whole sequence, forward and backward.
//   n_t = f((x_t . m_in)(W_in . m_win) + (h_{t-1} . m_rec)(W_rec . m_w) + b)
//   h_t = z h_{t-1} + (1 - z)(n_t . m_cell),   y_t = h_t . m_out
// Weights are packed once a call, masks applied while packing. A tile of the pre-activation is x_t W_in +
// h_{t-1} W_rec, and activation and masks run on it while it is in the first-level cache: projecting all inputs
// beforehand would write and read [T, B, H] once more (8 % of the forward time). Rows of the batch never wait for
// each other, so that with enough rows there is no barrier at all; otherwise one a step.

namespace lethe {
namespace LETHE_ISA {
namespace {

LETHE_INLINE vf activate(Activation f, vf a) {
  switch (f) {
    case Activation::tanh: return vtanh(a);
    case Activation::sigmoid: return vsigmoid(a);
    case Activation::relu: return a < 0.0f ? splat(0.0f) : a;
    default: return a;
  }
}

// f'(a) from n = f(a)
LETHE_INLINE vf slope(Activation f, vf n) {
  switch (f) {
    case Activation::tanh: return 1.0f - n * n;
    case Activation::sigmoid: return n * (1.0f - n);
    case Activation::relu: return n > 0.0f ? splat(1.0f) : splat(0.0f);
    default: return splat(1.0f);
  }
}

// Whether one copy of the code serves every activation (and, with moments, every form), each vector choosing anew: a module for a
// browser is a tenth smaller so.
#if defined(__wasm__)
constexpr bool CHOOSES_LATE = true;
#else
constexpr bool CHOOSES_LATE = false;
#endif

template <Activation A>
LETHE_INLINE Activation chosen(Activation f) {
  return CHOOSES_LATE ? f : A;
}

// out [M, I] = x . mask for rows m = t*B + b; x itself when there is no mask.
static const float* maskedRows(Pool& pool, int slot, const float* x, const Mask& mask, long T, long B, long I) {
  if (!mask.data) return x;
  float* out = pool.workspace(slot, T * B * I);
  parallelIf(T * B * I > 50000, pool, [&](int worker, int workers) {
    Range range = share(T * B, worker, workers);
    for (long m = range.begin; m < range.end; m++) {
      const float* k = mask.row(m / B, m % B);
      vectors(I, [&](long j, int w) { store(out + m * I + j, load(x + m * I + j, w) * load(k + j, w), w); });
    }
  });
  return out;
}

template <class P>
LETHE_INLINE vf zoneoutAt(const P& p, const float* zone, long j, int w) {
  return zone ? load(zone + j, w) : splat(p.zoneoutRate);
}

// Units [j0, j0 + cols) of row b at step t of any cell with h alone for its state, from the state before; made(j, w) is the new value
// in front of masks and zoneout.
template <class P, class Made>
LETHE_INLINE void stateUnits(const P& p, bool zoned, long t, long b, long j0, long cols, const float* before, Made&& made) {
  const long H = p.H;
  long at = (t * p.B + b) * H + j0;
  float *n = p.n + at, *h = p.h + at, *y = p.y + at;
  const float* previous = before + b * H + j0;
  const float* outMask = p.maskOutput.row(t, b);
  if (!p.active.at(t, b)) {
    vectors(cols, [&](long j, int w) {
      vf hv = load(previous + j, w);
      store(n + j, hv, w);
      if (h != n) store(h + j, hv, w);
      if (y != h) store(y + j, outMask ? hv * load(outMask + j0 + j, w) : hv, w);
    });
    return;
  }
  const float* cell = p.maskCell.row(t, b);
  const float* zone = p.zoneout.row(t, b);
  vectors(cols, [&](long j, int w) {
    vf nv = made(j, w);
    store(n + j, nv, w);
    vf hv = cell ? nv * load(cell + j0 + j, w) : nv;
    if (zoned) {
      vf z = zoneoutAt(p, zone ? zone + j0 : nullptr, j, w);
      hv = z * load(previous + j, w) + (1.0f - z) * hv;  // exact at z = 0 and z = 1
    }
    if (h != n) store(h + j, hv, w);
    if (y != h) store(y + j, outMask ? hv * load(outMask + j0 + j, w) : hv, w);
  });
}

// The same from the sums of the plain cell.
template <Activation A>
LETHE_INLINE void rnnUnits(const Rnn& p, bool zoned, long t, long b, long j0, long cols, const float* sum, const float* before) {
  const float* bias = p.bias + j0;
  stateUnits(p, zoned, t, b, j0, cols, before,
             [&](long j, int w) { return activate(chosen<A>(p.activation), load(bias + j, w) + load(sum + j, w)); });
}

template <Activation A>
static void rnnForwardAs(const Rnn& p, Pool& pool) {
  const long T = p.T, B = p.B, I = p.I, H = p.H, step = B * H;
  const float* x = maskedRows(pool, kMaskedInput, p.x, p.maskInput, T, B, I);
  float* masked = p.maskRecurrent.data ? pool.workspace(kMaskedState, step) : nullptr;
  const bool zoned = p.zoneout.data || p.zoneoutRate != 0.0f;
  SparseRows rows;
  const bool sparse = findSparse(pool, x, T * B, I, rows), half = isHalf(pool);
  const PlainPanels in(pool, kPackedIn, I, H, half && !sparse), rec(pool, kPackedRec, H, H, half);
  const long room = halfRoom(B, H, 1) + (sparse ? 0 : halfRoom(B, I, 1));
  const HalfRooms rooms(pool, half, room);

  parallelIf(T * B * H * (H + I) > 100000, pool, [&](int worker, int workers) {
    alignas(64) float out[PLAIN_ROWS * PW];
    in.pack({p.wIn, H, false, p.maskWeightIn}, H, worker, workers);
    rec.pack({p.wRec, H, false, p.maskWeight}, H, worker, workers);
    pool.barrier(0, workers);
    const Part part = partOf(chooseGrid(workers, B, H, (half ? 2 : 4) * H * (H + I)), worker, B, H);
    const long count = part.row1 - part.row0;
    const PlainChunks chunk(half, count);
    const HalfTiles tiles(pool, (int)chunk.tileRows, false);
    uint16_t* const mine = rooms.of(worker);

    for (long t = 0; t < T; t++) {
      const float* before = t ? p.h + (t - 1) * step : p.h0;
      const float* operand = before;
      if (masked) {
        // every member of a group masks the group's rows in its share of the columns
        long c0 = part.panel0 * PW, c1 = minimum(H, part.panel1 * PW);
        for (long b = part.row0; b < part.row1; b++) {
          const float* m = p.maskRecurrent.row(t, b);
          vectors(c1 - c0,
                  [&](long j, int w) { store(masked + b * H + c0 + j, load(before + b * H + c0 + j, w) * load(m + c0 + j, w), w); });
        }
        pool.barrier(1 + part.group, part.members);
        operand = masked;
      }
      PlainRows inputs{};
      if (!sparse) inputs = in.rows(x + (t * B + part.row0) * I, I, count, rooms.of(worker, halfRoom(B, H, 1)), 0);
      const PlainRows states = rec.rows(operand + part.row0 * H, H, count, mine, 0);
      for (long b0 = part.row0; b0 < part.row1; b0 += chunk.rows) {
        const int r = (int)minimum(chunk.rows, part.row1 - b0);
        const long first = b0 - part.row0;
        for (long q = part.panel0; q < part.panel1; q++) {
          const long j0 = q * PW, cols = minimum(PW, H - j0), width = roundUp(cols, W);
          if (sparse) {
            sparseTile(r, width, rows, x, t * B + b0, in.panel(q), out);
          } else {
            in.multiply(tiles, chunk.tileRows, inputs, first, r, q, width, false, out);
          }
          rec.multiply(tiles, chunk.tileRows, states, first, r, q, width, true, out);
          for (int i = 0; i < r; i++) rnnUnits<A>(p, zoned, t, b0 + i, j0, cols, out + i * PW, before);
        }
      }
      pool.barrier(1 + part.group, part.members);
    }
  });
}

static void rnnForward(const Rnn& p, Pool& pool) {
  switch (CHOOSES_LATE ? Activation::tanh : p.activation) {
    case Activation::tanh: return rnnForwardAs<Activation::tanh>(p, pool);
    case Activation::sigmoid: return rnnForwardAs<Activation::sigmoid>(p, pool);
    case Activation::relu: return rnnForwardAs<Activation::relu>(p, pool);
    default: return rnnForwardAs<Activation::identity>(p, pool);
  }
}

// dw [I, O] += (rows^T d) . mask, over `count` rows of d, whose rows are ldd apart; those of mask and dw are ldw
// apart. `seen` sees the packed panels of d. `fresh`: dw holds nothing yet.
template <class Packed>
void addWeightGradient(Pool& pool, long count, long I, long O, Rows rows, const float* d, long ldd, const float* mask, float* dw, long ldw,
                       Packed&& seen, bool fresh = false) {
  const Factor factor{rows, {d, ldd}};
  if (!mask) return product(pool, I, O, count, factor, nullptr, AddTo{dw, ldw, !fresh}, seen);
  product(
      pool, I, O, count, factor, nullptr,
      [=](long i, long j0, long cols, const float* sum, const float*, bool first) {
        const long at = i * ldw + j0;
        vectors(cols, [&](long j, int w) {
          const vf g = load(sum + j, w) * load(mask + at + j, w);
          store(dw + at + j, fresh && first ? g : load(dw + at + j, w) + g, w);
        });
      },
      seen);
}

// From the gradient of h_t to that of n_t, units [c0, c0 + cn) of row b, which given(j, w, d, active) gets: zeros where the row is at rest.
// What flows past the activation stays in the carry of the row.
template <class P, class Given>
LETHE_INLINE void stateGradients(const P& p, bool zoned, long t, long b, long c0, long cn, float* carry, Given&& given) {
  const long H = p.H;
  float* c = carry + c0;
  const float* dy = p.dy + (t * p.B + b) * H + c0;
  const float* outMask = p.maskOutput.row(t, b);
  if (!p.active.at(t, b)) {
    vectors(cn, [&](long j, int w) {
      vf d = load(dy + j, w);
      if (outMask) d *= load(outMask + c0 + j, w);
      store(c + j, load(c + j, w) + d, w);
      given(j, w, splat(0.0f), false);
    });
    return;
  }
  const float* cell = p.maskCell.row(t, b);
  const float* zone = p.zoneout.row(t, b);
  vectors(cn, [&](long j, int w) {
    vf d = load(dy + j, w);
    if (outMask) d *= load(outMask + c0 + j, w);
    d += load(c + j, w);
    vf past = splat(0.0f);
    if (zoned) {
      past = d * zoneoutAt(p, zone ? zone + c0 : nullptr, j, w);
      d -= past;
    }
    if (cell) d *= load(cell + c0 + j, w);
    given(j, w, d, true);
    store(c + j, past, w);
  });
}

static void rnnBackward(const Rnn& p, Pool& pool) {
  const long T = p.T, B = p.B, I = p.I, H = p.H, step = B * H;
  const bool half = isHalf(pool);
  const PlainPanels rec(pool, kPackedRec, H, H, half);
  const long room = halfRoom(B, H, 1);
  const HalfRooms rooms(pool, half, room);
  float* carry = pool.workspace(kCarry, step);
  const bool zoned = p.zoneout.data || p.zoneoutRate != 0.0f;

  parallelIf(T * B * H * H > 200000, pool, [&](int worker, int workers) {
    alignas(64) float out[PLAIN_ROWS * PW];
    rec.pack({p.wRec, H, true, p.maskWeight}, H, worker, workers);
    pool.barrier(0, workers);
    const Part part = partOf(chooseGrid(workers, B, H, (half ? 2 : 4) * H * H), worker, B, H);
    const long count = part.row1 - part.row0;
    const PlainChunks chunk(half, count);
    const HalfTiles tiles(pool, (int)chunk.tileRows, false);
    uint16_t* const mine = rooms.of(worker);
    const long c0 = part.panel0 * PW, c1 = minimum(H, part.panel1 * PW), cn = maximum(0, c1 - c0);

    for (long b = part.row0; b < part.row1; b++)
      vectors(cn, [&](long j, int w) { store(carry + b * H + c0 + j, p.dhLast ? load(p.dhLast + b * H + c0 + j, w) : splat(0.0f), w); });

    for (long t = T - 1; t >= 0; t--) {
      for (long b = part.row0; b < part.row1; b++) {
        const long at = (t * B + b) * H + c0;
        stateGradients(p, zoned, t, b, c0, cn, carry + b * H, [&](long j, int w, vf d, bool active) {
          store(p.da + at + j, active ? d * slope(p.activation, load(p.n + at + j, w)) : d, w);
        });
      }
      pool.barrier(1 + part.group, part.members);
      const PlainRows slopes = rec.rows(p.da + t * step + part.row0 * H, H, count, mine, 0);
      for (long b0 = part.row0; b0 < part.row1; b0 += chunk.rows) {
        const int r = (int)minimum(chunk.rows, part.row1 - b0);
        for (long q = part.panel0; q < part.panel1; q++) {
          const long j0 = q * PW, cols = minimum(PW, H - j0);
          rec.multiply(tiles, chunk.tileRows, slopes, b0 - part.row0, r, q, roundUp(cols, W), false, out);
          for (int i = 0; i < r; i++) {
            float* c = carry + (b0 + i) * H + j0;
            const float* m = p.maskRecurrent.row(t, b0 + i);
            vectors(cols, [&](long j, int w) {
              vf d = load(out + i * PW + j, w);
              if (m) d *= load(m + j0 + j, w);
              store(c + j, load(c + j, w) + d, w);
            });
          }
        }
      }
    }
  });

  if (p.dh0) vectors(step, [&](long j, int w) { store(p.dh0 + j, load(p.dh0 + j, w) + load(carry + j, w), w); });

  // weights: the states are those before each step, h0 first
  Rows states{p.h, 1, H, p.h0, B};
  if (p.maskRecurrent.data) {
    float* masked = pool.workspace(kMaskedState, T * step);
    parallelIf(T * step > 50000, pool, [&](int worker, int workers) {
      Range range = share(T * B, worker, workers);
      for (long m = range.begin; m < range.end; m++) {
        const float* k = p.maskRecurrent.row(m / B, m % B);
        const float* h = m < B ? p.h0 + m * H : p.h + (m - B) * H;
        vectors(H, [&](long j, int w) { store(masked + m * H + j, load(h + j, w) * load(k + j, w), w); });
      }
    });
    states = {masked, 1, H};
  }
  // while a packed stretch of da is in the cache: the bias and, from sparse inputs, W_in
  const float* x = maskedRows(pool, kMaskedInput, p.x, p.maskInput, T, B, I);
  SparseRows rows;
  const bool sparse = !half && findSparse(pool, x, T * B, I, rows);
  if (half) columnSums(pool, T * B, H, p.da, H, p.dbias, true);
  addWeightGradient(pool, T * B, H, H, states, p.da, H, p.maskWeight, p.dwRec, H,
                    [&](int, long panel, long k0, long kn, const float* packed) {
                      addPanelSums(panel, kn, packed, H, p.dbias);
                      if (sparse)
                        addSparsePanel(rows, x, panel, k0, kn, packed, H, p.dwIn,
                                       [&](long at, int w) { return p.maskWeightIn ? load(p.maskWeightIn + at, w) : splat(1.0f); });
                    });
  if (!sparse)
    addWeightGradient(pool, T * B, I, H, {x, 1, I}, p.da, H, p.maskWeightIn, p.dwIn, H, [](int, long, long, long, const float*) {});
  if (p.dx) {
    product(pool, T * B, I, H, {{p.da, H, 1}, {p.wIn, H, true, p.maskWeightIn}}, nullptr,
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
}

}  // namespace
}  // namespace LETHE_ISA
}  // namespace lethe
