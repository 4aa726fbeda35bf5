"""The language-model workloads in PyTorch, for comparison with `lethe bench --workload lm-…` and `sample-lstm`.

Full training steps on random tokens of a vocabulary of 10,000, 20 streams, the state carried on and detached:

    lm-small-naive         2 x 200 units, 20 steps, dropout .5 on every input and the last output
    lm-medium-naive        2 x 650 units, 35 steps
    lm-medium-variational  the same, masks held over the segment: input .3, recurrent .3, output .5
    lm-awd                 400-1150-1150-400 tied, 70 steps, weight drop .5, locked .4 / .25 / .4, words .1, AR 2, TAR 1
    sample-lstm            400-1150-1150-1150, batch 1: 50 tokens drawn one after the other

The first three: sum over time of the mean NLL over streams, SGD 1, clipped at norm 5; lm-awd: mean NLL, SGD 30, clipped at
.25, weight decay 1.2e-6.

    python3 pytorch_lm.py --workload lm-medium-naive --threads 2 --dtype bf16

Prints one JSON line. Where no mask stands in front of the recurrent weights, torch.nn.LSTM's kernel runs (oneDNN); weight
drop calls the same kernel with masked weights, so that nothing is copied but those. A mask on the state takes a loop:
`function`, the default, has its backward pass by hand and single products for the weights' gradients; `eager` is left to
autograd. `bf16` is torch.autocast around the model (in the loop: products of operands cast once a step), the losses and
the update in float32; for sampling the whole model is bfloat16. Optimiser and clipping are the foreach forms.
"""

import argparse
import contextlib
import json

from timing import median_ms, prepare, report

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

VOCABULARY, BATCH = 10_000, 20


class MaskedLstm(torch.autograd.Function):
    """An LSTM over all steps with a mask on the state, its backward pass by hand; products in the type of `u`."""

    @staticmethod
    def forward(ctx, x, h0, c0, w, u, b, mask):
        T, B, H = x.shape[0], x.shape[1], u.shape[0]
        kind = u.dtype
        flat = x.reshape(T * B, -1).to(kind)
        gates = (flat @ w).float().add_(b).view(T, B, 4 * H)
        hs, cs = x.new_empty(T + 1, B, H), x.new_empty(T + 1, B, H)
        hs[0], cs[0] = h0, c0
        tcs = x.new_empty(T, B, H)
        for t in range(T):
            a = gates[t]
            if kind == torch.float32:
                a.addmm_(hs[t] * mask, u)
            else:
                a.add_((hs[t] * mask).to(kind) @ u)
            a[:, : 2 * H].sigmoid_()
            a[:, 2 * H : 3 * H].tanh_()
            a[:, 3 * H :].sigmoid_()
            torch.mul(a[:, H : 2 * H], cs[t], out=cs[t + 1])
            cs[t + 1].addcmul_(a[:, :H], a[:, 2 * H : 3 * H])
            torch.tanh(cs[t + 1], out=tcs[t])
            torch.mul(a[:, 3 * H :], tcs[t], out=hs[t + 1])
        ctx.save_for_backward(flat, w, u, mask, gates, hs, cs, tcs)
        return hs[1:], cs[T]

    @staticmethod
    def backward(ctx, dy, _):
        flat, w, u, mask, gates, hs, cs, tcs = ctx.saved_tensors
        T, B, H = dy.shape
        kind = u.dtype
        da = torch.empty_like(gates)
        dh, dc = torch.zeros(B, H), torch.zeros(B, H)
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
            dh = (da[t].to(kind) @ ut).float() * mask
        rows = da.view(T * B, -1)
        half = rows.to(kind)
        dw = flat.t() @ half
        du = (hs[:-1] * mask).reshape(T * B, -1).to(kind).t() @ half
        dx = (half @ w.t()).float().view(T, B, -1)
        return dx, None, None, dw, du, rows.sum(0), None


def masked_loop(x, h, c, w, u, b, mask):
    """The same, left to autograd."""
    a = torch.addmm(b, x.reshape(-1, x.shape[2]), w).view(x.shape[0], x.shape[1], -1)
    out = []
    for t in range(x.shape[0]):
        i, f, g, o = torch.addmm(a[t], h * mask, u).chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        out.append(h)
    return torch.stack(out), c


def locked(x, rate):
    """A mask for every example, held over the steps."""
    return x * torch.empty(1, *x.shape[1:]).bernoulli_(1 - rate).div_(1 - rate)


def uniform(*shape, limit=0.05):
    return torch.empty(shape).uniform_(-limit, limit).requires_grad_()


class Naive:
    """Embedding, two layers of nn.LSTM, linear; dropout at every step."""

    clip, rate, decay = 5.0, 1.0, 0.0

    def __init__(self, hidden, steps):
        self.steps, self.loss_factor = steps, steps
        self.embedding = torch.nn.Embedding(VOCABULARY, hidden)
        self.lstm = torch.nn.LSTM(hidden, hidden, 2, dropout=0.5)
        self.linear = torch.nn.Linear(hidden, VOCABULARY)
        self.modules = [self.embedding, self.lstm, self.linear]
        self.parameters = [p for module in self.modules for p in module.parameters()]
        self.state = None

    def loss(self, words, targets):
        x = F.dropout(self.embedding(words), 0.5)
        y, state = self.lstm(x, self.state)
        self.state = tuple(s.detach() for s in state)
        z = self.linear(F.dropout(y, 0.5).view(-1, y.shape[2]))
        return F.cross_entropy(z.float(), targets)


class Variational:
    """Masks held over the segment, on inputs, states and the last output."""

    clip, rate, decay = 5.0, 1.0, 0.0

    def __init__(self, variant, dtype, hidden=650, steps=35):
        self.steps, self.loss_factor, self.hidden = steps, steps, hidden
        self.embedding = uniform(VOCABULARY, hidden)
        shapes = [(hidden, 4 * hidden), (hidden, 4 * hidden), (4 * hidden,)]
        self.layers = [[uniform(*shape) for shape in shapes] for _ in range(2)]
        self.weight, self.bias = uniform(VOCABULARY, hidden), uniform(VOCABULARY)
        self.parameters = [self.embedding, *(p for layer in self.layers for p in layer), self.weight, self.bias]
        self.kind = torch.bfloat16 if dtype == "bf16" else torch.float32
        self.loop = MaskedLstm.apply if variant == "function" else masked_loop
        zero = torch.zeros(BATCH, hidden)
        self.state = [(zero, zero), (zero, zero)]

    def loss(self, words, targets):
        x = F.embedding(words, self.embedding)
        for layer, (w, u, b) in enumerate(self.layers):
            mask = torch.empty(BATCH, self.hidden).bernoulli_(0.7).div_(0.7)
            # autocast would cast again at every step
            with torch.autocast("cpu", enabled=False):
                x = locked(x, 0.3)
                h, c = self.state[layer]
                x, last = self.loop(x, h, c, w.to(self.kind), u.to(self.kind), b, mask)
            self.state[layer] = (x[-1].detach(), last.detach())
        z = F.linear(locked(x, 0.5).view(-1, self.hidden), self.weight, self.bias)
        return F.cross_entropy(z.float(), targets)


class Awd:
    """AWD-LSTM: nn.LSTM's kernel with masked recurrent weights, tied readout."""

    clip, rate, decay, steps, loss_factor = 0.25, 30.0, 1.2e-6, 70, 1

    def __init__(self):
        self.embedding = uniform(VOCABULARY, 400)
        self.bias = uniform(VOCABULARY)
        sizes = [(400, 1150), (1150, 1150), (1150, 400)]
        self.layers = [
            [uniform(4 * h, i), uniform(4 * h, h), uniform(4 * h), uniform(4 * h)] for i, h in sizes
        ]
        self.parameters = [self.embedding, self.bias, *(p for layer in self.layers for p in layer)]
        self.state = [(torch.zeros(1, BATCH, h), torch.zeros(1, BATCH, h)) for _, h in sizes]

    def loss(self, words, targets):
        rows = torch.empty(VOCABULARY, 1).bernoulli_(0.9).div_(0.9)
        x = locked(F.embedding(words, self.embedding * rows), 0.4)
        for layer, (w, u, b, b2) in enumerate(self.layers):
            u = F.dropout(u, 0.5)
            y, h, c = torch._VF.lstm(x, self.state[layer], [w, u, b, b2], True, 1, 0.0, True, False, False)
            self.state[layer] = (h.detach(), c.detach())
            x = locked(y, 0.25 if layer < 2 else 0.4)
        z = F.linear(x.view(-1, 400), self.embedding, self.bias)
        loss = F.cross_entropy(z.float(), targets)
        return loss + 2 * x.float().pow(2).mean() + (y[1:].float() - y[:-1].float()).pow(2).mean()


class Sampler:
    def __init__(self, dtype):
        self.kind = torch.bfloat16 if dtype == "bf16" else torch.float32
        self.embedding = torch.nn.Embedding(VOCABULARY, 400).to(self.kind)
        self.lstm = torch.nn.LSTM(400, 1150, 3).to(self.kind)
        self.linear = torch.nn.Linear(1150, VOCABULARY).to(self.kind)

    @torch.inference_mode()
    def step(self):
        word, state = torch.ones(1, 1, dtype=torch.long), None
        for _ in range(50):
            y, state = self.lstm(self.embedding(word), state)
            probabilities = torch.softmax(self.linear(y[0]).float(), 1)
            word = torch.multinomial(probabilities, 1)


def build(workload, variant, dtype):
    torch.manual_seed(1)
    if workload == "lm-small-naive":
        return Naive(200, 20)
    if workload == "lm-medium-naive":
        return Naive(650, 35)
    if workload == "lm-medium-variational":
        return Variational(variant, dtype)
    return Awd()


def training_step(model, dtype):
    optimizer = torch.optim.SGD(model.parameters, lr=model.rate, weight_decay=model.decay, foreach=True)
    half = lambda: torch.autocast("cpu", dtype=torch.bfloat16)  # noqa: E731
    context = half if dtype == "bf16" else contextlib.nullcontext

    def step():
        tokens = torch.randint(0, VOCABULARY, (model.steps + 1, BATCH))
        optimizer.zero_grad(set_to_none=True)
        with context():
            loss = model.loss(tokens[:-1], tokens[1:].reshape(-1)) * model.loss_factor
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters, model.clip, foreach=True)
        optimizer.step()

    return step


def check():
    """The hand-written pass against autograd."""
    torch.manual_seed(3)
    shapes = [(5, 24), (6, 24), (24,)]
    ps = [torch.randn(shape).requires_grad_() for shape in shapes]
    x, mask, dy = torch.randn(4, 3, 5).requires_grad_(), torch.ones(3, 6).bernoulli_(0.5) * 2, torch.randn(4, 3, 6)
    h, c = torch.randn(3, 6), torch.randn(3, 6)
    expected = torch.autograd.grad((masked_loop(x, h, c, *ps, mask)[0] * dy).sum(), [x, *ps])
    got = torch.autograd.grad((MaskedLstm.apply(x, h, c, *ps, mask)[0] * dy).sum(), [x, *ps])
    worst = max(float((a - b).abs().max() / b.abs().max()) for a, b in zip(got, expected))
    print(json.dumps({"check": "masked lstm", "worst": worst}))
    if worst > 1e-5:
        raise SystemExit(1)


def main():
    workloads = ["lm-small-naive", "lm-medium-naive", "lm-medium-variational", "lm-awd", "sample-lstm"]
    parser = argparse.ArgumentParser()
    parser.add_argument("--workload", choices=workloads, default="lm-medium-naive")
    parser.add_argument("--variant", choices=["best", "function", "eager"], default="best")
    parser.add_argument("--dtype", choices=["f32", "bf16"], default="f32")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    prepare(options.threads)
    if options.check:
        return check()
    variant = "function" if options.variant == "best" else options.variant
    if options.workload == "sample-lstm":
        step = Sampler(options.dtype).step
    else:
        step = training_step(build(options.workload, variant, options.dtype), options.dtype)
    ms, _ = median_ms(step, options.repeats, 3)
    is_loop = options.workload == "lm-medium-variational"
    report(options, f"{variant if is_loop else 'module'} {options.dtype}", ms)


if __name__ == "__main__":
    main()
