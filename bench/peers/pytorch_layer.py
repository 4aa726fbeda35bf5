"""The layer workloads in PyTorch, for comparison with `lethe bench --workload lstm-layer` and `gru-layer`.

One training step of one recurrent layer: 650 units, 650 inputs, batch 20, 35 steps. Forward, squared error (summed
over units, mean over steps and rows), backward, clip by global norm 5, SGD with step rate 0.1. The input wants no
gradient. `--dropout recurrent` multiplies h_{t-1} in front of its weights by a mask drawn once a step of training
(Gal and Ghahramani 2016, tied gates, drop 0.5); torch.nn.LSTM and torch.nn.GRU have no such mask, so it takes a loop.

    python3 pytorch_layer.py --workload lstm-layer --threads 2
    python3 pytorch_layer.py --workload gru-layer --dropout recurrent --variant compiled

Prints one JSON line. `--variant` picks a formulation: `module` (no mask only), `eager` (projection of all inputs as
one product, then a loop of addmm and pointwise operations), `script` (the same under torch.jit.script), `function` (the
loop under one autograd function with its backward pass by hand, weights' gradients as single products), `compiled`
(torch.compile of the whole eager loop). `best`, the default, is the fastest of those measured here.
"""

import argparse
import json

from timing import median_ms, prepare, report

import torch  # noqa: E402

HIDDEN, BATCH, STEPS = 650, 20, 35
BEST = {
    ("lstm-layer", "none"): "module",
    ("gru-layer", "none"): "function",
    ("lstm-layer", "recurrent"): "function",
    ("gru-layer", "recurrent"): "function",
}


def lstm_step(a, h, c, u, mask):
    i, f, g, o = torch.addmm(a, h * mask, u).chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


def lstm_loop(x, w, u, b, mask):
    a = torch.addmm(b, x.reshape(-1, x.shape[2]), w).view(x.shape[0], x.shape[1], -1)
    h = torch.zeros_like(mask)
    c = torch.zeros_like(mask)
    out = []
    for t in range(x.shape[0]):
        h, c = lstm_step(a[t], h, c, u, mask)
        out.append(h)
    return torch.stack(out)


def gru_step(a, h, u, b_rec, mask):
    r, z, n = a.chunk(3, 1)
    ur, uz, un = torch.addmm(b_rec, h * mask, u).chunk(3, 1)
    z = torch.sigmoid(z + uz)
    n = torch.tanh(n + torch.sigmoid(r + ur) * un)
    return n + z * (h - n)


def gru_loop(x, w, u, b, b_rec, mask):
    a = torch.addmm(b, x.reshape(-1, x.shape[2]), w).view(x.shape[0], x.shape[1], -1)
    h = torch.zeros_like(mask)
    out = []
    for t in range(x.shape[0]):
        h = gru_step(a[t], h, u, b_rec, mask)
        out.append(h)
    return torch.stack(out)


class LstmFunction(torch.autograd.Function):
    """The LSTM with its backward pass by hand."""

    @staticmethod
    def forward(ctx, x, w, u, b, mask):
        T, B, H = x.shape[0], x.shape[1], u.shape[0]
        gates = torch.addmm(b, x.reshape(T * B, -1), w).view(T, B, 4 * H)
        hs = torch.zeros(T + 1, B, H)
        cs = torch.zeros(T + 1, B, H)
        tcs = torch.empty(T, B, H)
        for t in range(T):
            a = gates[t].addmm_(hs[t] * mask, u)
            a[:, : 2 * H].sigmoid_()
            a[:, 2 * H : 3 * H].tanh_()
            a[:, 3 * H :].sigmoid_()
            torch.mul(a[:, H : 2 * H], cs[t], out=cs[t + 1])
            cs[t + 1].addcmul_(a[:, :H], a[:, 2 * H : 3 * H])
            torch.tanh(cs[t + 1], out=tcs[t])
            torch.mul(a[:, 3 * H :], tcs[t], out=hs[t + 1])
        ctx.save_for_backward(x, u, mask, gates, hs, cs, tcs)
        return hs[1:]

    @staticmethod
    def backward(ctx, dy):
        x, u, mask, gates, hs, cs, tcs = ctx.saved_tensors
        T, B, H = dy.shape
        da = torch.empty_like(gates)
        dh = torch.zeros(B, H)
        dc = torch.zeros(B, H)
        ut = u.t()
        for t in range(T - 1, -1, -1):
            i, f, g, o = gates[t].chunk(4, 1)
            di, df, dg, do = da[t].chunk(4, 1)
            d = dy[t] + dh
            dc = dc + d * o * (1 - tcs[t] * tcs[t])
            torch.mul(dc * g, i * (1 - i), out=di)
            torch.mul(dc * cs[t], f * (1 - f), out=df)
            torch.mul(dc * i, 1 - g * g, out=dg)
            torch.mul(d * tcs[t], o * (1 - o), out=do)
            dc = dc * f
            dh = (da[t] @ ut) * mask
        flat = da.view(T * B, -1)
        dw = x.reshape(T * B, -1).t() @ flat
        du = (hs[:-1] * mask).reshape(T * B, -1).t() @ flat
        return None, dw, du, flat.sum(0), None


class GruFunction(torch.autograd.Function):
    """The GRU with its backward pass by hand."""

    @staticmethod
    def forward(ctx, x, w, u, b, b_rec, mask):
        T, B, H = x.shape[0], x.shape[1], u.shape[0]
        gates = torch.addmm(b, x.reshape(T * B, -1), w).view(T, B, 3 * H)
        us = torch.empty(T, B, H)
        hs = torch.zeros(T + 1, B, H)
        for t in range(T):
            rec = torch.addmm(b_rec, hs[t] * mask, u)
            a = gates[t]
            a[:, : 2 * H].add_(rec[:, : 2 * H]).sigmoid_()
            us[t] = rec[:, 2 * H :]
            n = a[:, 2 * H :].addcmul_(a[:, :H], us[t]).tanh_()
            torch.lerp(n, hs[t], a[:, H : 2 * H], out=hs[t + 1])
        ctx.save_for_backward(x, u, mask, gates, us, hs)
        return hs[1:]

    @staticmethod
    def backward(ctx, dy):
        x, u, mask, gates, us, hs = ctx.saved_tensors
        T, B, H = dy.shape
        da = torch.empty_like(gates)
        drec = torch.empty_like(gates)
        dh = torch.zeros(B, H)
        ut = u.t()
        for t in range(T - 1, -1, -1):
            r, z, n = gates[t].chunk(3, 1)
            d = dy[t] + dh
            dn = d * (1 - z) * (1 - n * n)
            torch.mul(dn * us[t], r * (1 - r), out=da[t, :, :H])
            torch.mul(d * (hs[t] - n), z * (1 - z), out=da[t, :, H : 2 * H])
            da[t, :, 2 * H :] = dn
            drec[t, :, : 2 * H] = da[t, :, : 2 * H]
            torch.mul(dn, r, out=drec[t, :, 2 * H :])
            dh = torch.addcmul(d * z, drec[t] @ ut, mask)
        flat, rec = da.view(T * B, -1), drec.view(T * B, -1)
        dw = x.reshape(T * B, -1).t() @ flat
        du = (hs[:-1] * mask).reshape(T * B, -1).t() @ rec
        return None, dw, du, flat.sum(0), rec.sum(0), None


def build(workload, dropout, variant):
    """Parameters and a function from the input to the states."""
    torch.manual_seed(1)
    is_lstm = workload == "lstm-layer"
    if variant == "module":
        if dropout != "none":
            raise SystemExit("expected a loop with a recurrent mask, which the modules do not have, got --variant module")
        layer = (torch.nn.LSTM if is_lstm else torch.nn.GRU)(HIDDEN, HIDDEN)
        return list(layer.parameters()), lambda x: layer(x)[0]
    gates = 4 if is_lstm else 3
    k = HIDDEN**-0.5
    shapes = [(HIDDEN, gates * HIDDEN), (HIDDEN, gates * HIDDEN), (gates * HIDDEN,)]
    if not is_lstm:
        shapes.append((gates * HIDDEN,))
    parameters = [torch.empty(shape).uniform_(-k, k).requires_grad_() for shape in shapes]
    loop = {
        "eager": (lstm_loop if is_lstm else gru_loop),
        "function": (LstmFunction if is_lstm else GruFunction).apply,
    }.get(variant)
    if variant == "script":
        if is_lstm:
            globals()["lstm_step"] = torch.jit.script(lstm_step)
        else:
            globals()["gru_step"] = torch.jit.script(gru_step)
        loop = torch.jit.script(lstm_loop if is_lstm else gru_loop)
    if variant == "compiled":
        loop = torch.compile(lstm_loop if is_lstm else gru_loop)

    def forward(x):
        mask = torch.ones(BATCH, HIDDEN)
        if dropout == "recurrent":
            mask = mask.bernoulli_(0.5).mul_(2)
        return loop(x, *parameters, mask)

    return parameters, forward


def check():
    """The hand-written passes against autograd of the eager loops."""
    for workload, loop, function in [("lstm-layer", lstm_loop, LstmFunction), ("gru-layer", gru_loop, GruFunction)]:
        torch.manual_seed(3)
        gates = 4 if workload == "lstm-layer" else 3
        shapes = [(5, gates * 6), (6, gates * 6), (gates * 6,)] + ([] if gates == 4 else [(gates * 6,)])
        ps = [torch.randn(shape).requires_grad_() for shape in shapes]
        x, mask, dy = torch.randn(4, 3, 5), torch.ones(3, 6).bernoulli_(0.5) * 2, torch.randn(4, 3, 6)
        expected = torch.autograd.grad((loop(x, *ps, mask) * dy).sum(), ps)
        got = torch.autograd.grad((function.apply(x, *ps, mask) * dy).sum(), ps)
        worst = max(float((a - b).abs().max() / b.abs().max()) for a, b in zip(got, expected))
        print(json.dumps({"check": workload, "worst": worst}))
        if worst > 1e-5:
            raise SystemExit(1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--workload", choices=["lstm-layer", "gru-layer"], default="lstm-layer")
    parser.add_argument("--dropout", choices=["none", "recurrent"], default="none")
    parser.add_argument("--variant", choices=["best", "module", "eager", "script", "function", "compiled"], default="best")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    prepare(options.threads)
    if options.check:
        return check()
    variant = BEST[options.workload, options.dropout] if options.variant == "best" else options.variant
    parameters, forward = build(options.workload, options.dropout, variant)
    optimizer = torch.optim.SGD(parameters, lr=0.1, foreach=True)
    x = torch.randn(STEPS, BATCH, HIDDEN)
    targets = torch.randn(STEPS, BATCH, HIDDEN)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = ((forward(x) - targets) ** 2).sum(2).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 5, foreach=True)
        optimizer.step()

    ms, _ = median_ms(step, options.repeats, 5)
    report(options, variant, ms, dropout=options.dropout)


if __name__ == "__main__":
    main()
