"""The music workloads in PyTorch, for comparison with `lethe bench`.

One training step: forward, backward, clip by global norm 225, rmsprop with Nesterov momentum. Batch 32,
100 frames (99 predictions), 88 inputs that are Bernoulli(0.05), 400 hidden tanh units, next-step Bernoulli
negative log-likelihood (summed over the notes, mean over steps). `music-fast` propagates mean and variance
(fast dropout, drop 0.1 input, 0.2 recurrent, 0.5 output; Wang-Manning moments; probability with variance).

    python3 pytorch_music.py --workload music-fast --threads 2
    python3 pytorch_music.py --check GOLDEN.json      compares the mathematics with a fast-dropout.rnn case

Prints one JSON line. `--variant` picks a formulation, and `best`, the default, is the fastest one here.

What was tried, minimum / median of 15 to 25 steps in ms (PyTorch 2.13.0, CPU wheel with MKL, 2 threads, AVX-512;
other work ran on the machine now and then, so compare the figures only with each other):

    plain  module    torch.nn.RNN                                            31 / 41
           eager     a loop of addmm and tanh under autograd                 29 / 38
           function  that loop with its backward pass by hand, the gradient
                     of the recurrent weights as one product                 29 / 31   best
           compiled  torch.compile of the whole eager loop (14 s)            32 / 34
    fast   eager     a loop of addmm and the moments under autograd         126 / 150
           -         mean and variance stacked, one baddbmm a step          126 / 146
           function  backward pass by hand                                   98 / 131
           -         eager, torch.compile of the moments alone               96 / 129
           -         eager, torch.compile of one step                        85 / 114
           -         function, torch.compile of its pointwise parts          71 / 92
           compiled  torch.compile of the whole eager loop; compiles for two
                     minutes once, then from its cache in seconds            65 / 74   best
           -         compiled, calls made from C++ (cpp_wrapper)             63 / 68, compiles for three minutes
           -         torch.compile of the whole function                     65 / 71, and 740 MB

Input projections of all steps are one product, squared weights are made once a step, weights are released with
set_to_none, the optimiser uses the foreach operations, denormals are flushed. The compiler makes the peak memory
of `compiled` larger than that of `eager`; `--variant eager` shows PyTorch without it.
"""

import argparse
import json
import math
import sys

from timing import median_ms, prepare, report

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

BATCH, STEPS, NOTES, HIDDEN = 32, 99, 88, 400
KEEP = {"input": 0.9, "recurrent": 0.8, "output": 0.5}
BEST = {"music-plain": "function", "music-fast": "compiled", "music-deep": "compiled"}

KAPPA = math.pi / 8
A = 4 - 2 * math.sqrt(2)
B = -math.log(math.sqrt(2) - 1)


# Plain


def plain_projection(x, weights):
    w_in, _, bias = weights[:3]
    return torch.addmm(bias, x.flatten(0, 1), w_in).unflatten(0, x.shape[:2])


def plain_eager(x, weights):
    h, w_rec = torch.zeros(x.shape[1], weights[1].shape[0]), weights[1]
    outputs = []
    for a in plain_projection(x, weights).unbind(0):
        h = torch.tanh(torch.addmm(a, h, w_rec))
        outputs.append(h)
    return read_out(torch.stack(outputs), weights)


class PlainSequence(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, w_rec):
        hs, h = torch.empty_like(a), torch.zeros_like(a[0])
        for t, a_t in enumerate(a.unbind(0)):
            h = torch.tanh(torch.addmm(a_t, h, w_rec), out=hs[t])
        ctx.save_for_backward(hs, w_rec)
        return hs

    @staticmethod
    def backward(ctx, d_hs):
        hs, w_rec = ctx.saved_tensors
        slope, w_t = 1 - hs * hs, w_rec.t()
        d_a, d = torch.empty_like(hs), None
        for t in range(len(hs) - 1, -1, -1):
            d_h = d_hs[t] if d is None else torch.addmm(d_hs[t], d, w_t)
            d = torch.mul(d_h, slope[t], out=d_a[t])
        return d_a, hs[:-1].flatten(0, 1).t() @ d_a[1:].flatten(0, 1)


def plain_function(x, weights):
    return read_out(PlainSequence.apply(plain_projection(x, weights), weights[1]), weights)


def read_out(hs, weights):
    w_out, bias_out = weights[3:]
    return torch.addmm(bias_out, hs.flatten(0, 1), w_out).unflatten(0, hs.shape[:2])


# Deep transition: h_t = tanh(tanh(x_t W_in + h_{t-1} W_1 + b_1) V + h_{t-1} S + b_2), weights side by side as Lethe has them


def deep_blocks(weights):
    w_in, w_rec, bias = weights[:3]
    first, second, shortcut = w_rec.chunk(3, dim=1)
    return w_in, first, second, shortcut, *bias.chunk(2)


def deep_eager(x, weights):
    w_in, first, second, shortcut, b_1, b_2 = deep_blocks(weights)
    h = torch.zeros(x.shape[1], first.shape[0])
    both = torch.cat((first, shortcut), dim=1)
    a = torch.addmm(b_1, x.flatten(0, 1), w_in).unflatten(0, x.shape[:2])
    outputs = []
    for a_t in a.unbind(0):
        read = torch.mm(h, both)
        u = torch.tanh(a_t + read[:, : len(h[0])])
        h = torch.tanh(torch.addmm(read[:, len(h[0]) :] + b_2, u, second))
        outputs.append(h)
    return read_out(torch.stack(outputs), weights)


class DeepSequence(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, first, second, shortcut, b_2):
        n = a.shape[2]
        both = torch.cat((first, shortcut), dim=1)
        us, hs, h = torch.empty_like(a), torch.empty_like(a), torch.zeros_like(a[0])
        for t, a_t in enumerate(a.unbind(0)):
            read = torch.mm(h, both)
            u = torch.tanh(a_t + read[:, :n], out=us[t])
            h = torch.tanh(torch.addmm(read[:, n:] + b_2, u, second), out=hs[t])
        ctx.save_for_backward(us, hs, first, second, shortcut)
        return hs

    @staticmethod
    def backward(ctx, d_hs):
        us, hs, first, second, shortcut = ctx.saved_tensors
        n = hs.shape[2]
        slope_u, slope_h, second_t = 1 - us * us, 1 - hs * hs, second.t().contiguous()
        both_t = torch.cat((first, shortcut), dim=1).t().contiguous()
        d_a = torch.empty(*hs.shape[:2], 2 * n)
        d_h = None
        for t in range(len(hs) - 1, -1, -1):
            d = d_hs[t] if d_h is None else d_hs[t] + d_h
            d_n = torch.mul(d, slope_h[t], out=d_a[t, :, n:])
            torch.mul(torch.mm(d_n, second_t), slope_u[t], out=d_a[t, :, :n])
            d_h = torch.mm(d_a[t], both_t)
        before = hs[:-1].flatten(0, 1).t() @ d_a[1:].flatten(0, 1)
        d_n = d_a[:, :, n:].flatten(0, 1)
        return d_a[:, :, :n], before[:, :n], us.flatten(0, 1).t() @ d_n, before[:, n:], d_n.sum(0)


def deep_function(x, weights):
    w_in, first, second, shortcut, b_1, b_2 = deep_blocks(weights)
    a = torch.addmm(b_1, x.flatten(0, 1), w_in).unflatten(0, x.shape[:2])
    return read_out(DeepSequence.apply(a, first, second, shortcut, b_2), weights)


# Fast dropout


def tanh_moments(mean, variance):
    """Mean and variance of tanh(X), X ~ N(mean, variance), in the form of Wang and Manning (2013)."""
    m = torch.tanh(mean * torch.rsqrt(1 + 4 * KAPPA * variance))
    square = torch.sigmoid(A * (2 * mean - B) * torch.rsqrt(1 + 4 * KAPPA * A * A * variance))
    return m, 4 * square - (1 + m) ** 2


def noisy(mean, variance, keep):
    """Variance of a Gaussian after it was kept with probability `keep`, else zero."""
    return keep * (1 - keep) * mean * mean + keep * variance


def fast_projection(x, weights, keep):
    w_in, _, bias = weights[:3]
    rows = x.flatten(0, 1)
    mean = torch.addmm(bias, rows, w_in, alpha=keep)
    variance = torch.mm(keep * (1 - keep) * rows * rows, w_in * w_in)
    return mean.unflatten(0, x.shape[:2]), variance.unflatten(0, x.shape[:2])


def fast_hidden(x, h0, weights, keep):
    a_mean, a_variance = fast_projection(x, weights, keep["input"])
    q = keep["recurrent"]
    w, w_squared = q * weights[1], weights[1] * weights[1]
    h_mean, h_variance = h0, torch.zeros_like(h0)
    means, variances = [], []
    for mean, variance in zip(a_mean.unbind(0), a_variance.unbind(0)):
        mean = torch.addmm(mean, h_mean, w)
        variance = torch.addmm(variance, noisy(h_mean, h_variance, q), w_squared)
        h_mean, h_variance = tanh_moments(mean, variance)
        means.append(h_mean)
        variances.append(h_variance)
    return torch.stack(means), torch.stack(variances)


def fast_read_out(h_mean, h_variance, weights, q):
    w_out, bias_out = weights[3:]
    mean = torch.addmm(bias_out, h_mean.flatten(0, 1), w_out, alpha=q)
    variance = torch.mm(noisy(h_mean, h_variance, q).flatten(0, 1), w_out * w_out)
    return mean.unflatten(0, h_mean.shape[:2]), variance.unflatten(0, h_mean.shape[:2])


def fast_eager(x, weights):
    h0 = torch.zeros(x.shape[1], weights[1].shape[0])
    mean, variance = fast_read_out(*fast_hidden(x, h0, weights, KEEP), weights, KEEP["output"])
    return mean * torch.rsqrt(1 + KAPPA * variance)


def tanh_moments_backward(mean, variance, d_m, d_v):
    r = torch.rsqrt(1 + 4 * KAPPA * variance)
    s = torch.rsqrt(1 + 4 * KAPPA * A * A * variance)
    m = torch.tanh(mean * r)
    inner = A * (2 * mean - B)
    square = torch.sigmoid(inner * s)
    g = (d_m - 2 * (1 + m) * d_v) * (1 - m * m)
    e = 4 * d_v * square * (1 - square)
    return g * r + 2 * A * e * s, -2 * KAPPA * (g * mean * r**3 + A * A * e * inner * s**3)


class FastSequence(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a_mean, a_variance, w_rec, q):
        w, w_squared = q * w_rec, w_rec * w_rec
        means, variances = torch.empty_like(a_mean), torch.empty_like(a_mean)
        h_means, h_variances, us = (torch.empty_like(a_mean) for _ in range(3))
        h = u = torch.zeros_like(a_mean[0])
        for t in range(len(a_mean)):
            torch.addmm(a_mean[t], h, w, out=means[t])
            torch.addmm(a_variance[t], u, w_squared, out=variances[t])
            h, v = tanh_moments(means[t], variances[t])
            u = noisy(h, v, q)
            h_means[t], h_variances[t], us[t] = h, v, u
        ctx.save_for_backward(means, variances, h_means, us, w_rec)
        ctx.q = q
        return h_means, h_variances

    @staticmethod
    def backward(ctx, d_means, d_variances):
        means, variances, h_means, us, w_rec = ctx.saved_tensors
        q = ctx.q
        w, w_squared = (q * w_rec).t(), (w_rec * w_rec).t()
        d_a_mean, d_a_variance = torch.empty_like(means), torch.empty_like(means)
        d_h = d_u = torch.zeros_like(means[0])
        for t in range(len(means) - 1, -1, -1):
            d_m = d_means[t] + d_h + 2 * q * (1 - q) * h_means[t] * d_u
            d_a_mean[t], d_a_variance[t] = tanh_moments_backward(
                means[t], variances[t], d_m, d_variances[t] + q * d_u
            )
            d_h, d_u = d_a_mean[t] @ w, d_a_variance[t] @ w_squared
        d_w = h_means[:-1].flatten(0, 1).t() @ d_a_mean[1:].flatten(0, 1)
        d_w_squared = us[:-1].flatten(0, 1).t() @ d_a_variance[1:].flatten(0, 1)
        return d_a_mean, d_a_variance, q * d_w + 2 * w_rec * d_w_squared, None


def fast_function(x, weights):
    projections = fast_projection(x, weights, KEEP["input"])
    hidden = FastSequence.apply(*projections, weights[1], KEEP["recurrent"])
    mean, variance = fast_read_out(*hidden, weights, KEEP["output"])
    return mean * torch.rsqrt(1 + KAPPA * variance)


FORMS = {
    "music-plain": (plain_eager, plain_function),
    "music-fast": (fast_eager, fast_function),
    "music-deep": (deep_eager, deep_function),
}

# The step


class Rmsprop:
    """rmsprop with Nesterov momentum; the parameters hold the look-ahead point."""

    def __init__(self, parameters, step_rate=1e-3, momentum=0.99, decay=0.8, epsilon=1e-8):
        self.parameters = list(parameters)
        self.mean_squares = [torch.ones_like(p) for p in self.parameters]
        self.velocities = [torch.zeros_like(p) for p in self.parameters]
        self.settings = step_rate, momentum, decay, epsilon

    @torch.no_grad()
    def step(self):
        step_rate, momentum, decay, epsilon = self.settings
        gradients = [p.grad for p in self.parameters]
        torch._foreach_mul_(self.mean_squares, decay)
        torch._foreach_addcmul_(self.mean_squares, gradients, gradients, 1 - decay)
        roots = torch._foreach_add(self.mean_squares, epsilon)
        torch._foreach_sqrt_(roots)
        torch._foreach_mul_(self.velocities, momentum)
        torch._foreach_addcdiv_(self.velocities, gradients, roots, step_rate)
        torch._foreach_addcdiv_(self.parameters, gradients, roots, -step_rate)
        torch._foreach_add_(self.parameters, self.velocities, alpha=-momentum)


def build(workload, variant):
    """The function from inputs to logits, and its parameters."""
    if variant == "module":
        if workload != "music-plain":
            sys.exit("pytorch_music: the variant 'module' is for music-plain; use eager, function or compiled")
        rnn, out = torch.nn.RNN(NOTES, HIDDEN), torch.nn.Linear(HIDDEN, NOTES)
        return lambda x: out(rnn(x)[0]), [*rnn.parameters(), *out.parameters()]
    blocks, biases = (3, 2) if workload == "music-deep" else (1, 1)
    shapes = (NOTES, HIDDEN), (HIDDEN, blocks * HIDDEN), (biases * HIDDEN,), (HIDDEN, NOTES), (NOTES,)
    weights = [torch.nn.Parameter(torch.randn(s) * 0.05 if len(s) == 2 else torch.zeros(s)) for s in shapes]
    forward = FORMS[workload][variant == "function"]
    if variant == "compiled":
        forward = torch.compile(forward)
    return lambda x: forward(x, weights), weights


def measure(workload, variant, repetitions, warm_up):
    torch.manual_seed(42)
    roll = (torch.rand(STEPS + 1, BATCH, NOTES) < 0.05).float()
    x, y = roll[:-1].contiguous(), roll[1:].contiguous()
    forward, parameters = build(workload, variant)
    optimizer = Rmsprop(parameters)

    def step():
        for p in parameters:
            p.grad = None
        loss = F.binary_cross_entropy_with_logits(forward(x), y, reduction="sum") / (STEPS * BATCH)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 225.0, foreach=True)
        optimizer.step()
        return loss.item()

    ms, loss = median_ms(step, repetitions, warm_up)
    if not math.isfinite(loss):
        sys.exit("pytorch_music: the loss is not finite; the figures would mean nothing")
    return ms


# The check


def check_equal(path):
    """Loss and gradients of every formulation on the weights of a JSON file, float64, against what stands there."""
    with open(path, encoding="utf-8") as file:
        case = json.load(file)
    torch.set_default_dtype(torch.float64)

    def tensor(name):
        return torch.tensor(case[name]["data"], dtype=torch.float64).reshape(case[name]["shape"])

    failed = False
    for form in FORMS["music-deep"]:
        weights = [tensor(name).requires_grad_() for name in case["weights"]]
        loss = F.binary_cross_entropy_with_logits(form(tensor("x"), weights), tensor("y"), reduction="sum")
        loss = loss / (tensor("x").shape[0] * tensor("x").shape[1])
        found = [loss, *torch.autograd.grad(loss, weights)]
        expected = [torch.tensor(case["loss"]), *(tensor(f"d {name}") for name in case["weights"])]
        worst = max(float((got - want).abs().max() / want.abs().max()) for got, want in zip(found, expected))
        failed |= not worst <= 1e-4
        print(json.dumps({"form": form.__name__, "worst": worst}))
    sys.exit(1 if failed else 0)


def check(path):
    """Largest relative difference of every output and gradient from a reference case; exit code 1 beyond tolerance."""
    with open(path, encoding="utf-8") as file:
        case = json.load(file)
    config = case["config"]
    if case["op"] != "fast-dropout.rnn" or config["activation"] != "tanh" or not config["propagateVariance"]:
        sys.exit(f"pytorch_music: expected a fast-dropout.rnn case with tanh and full variance, got {case['name']}")
    torch.set_default_dtype(torch.float64)

    def tensors(group):
        return {k: torch.tensor(v["data"]).reshape(v["shape"]) for k, v in case[group].items()}

    inputs, outputs, gradients = tensors("inputs"), tensors("outputs"), tensors("grads")
    keep = {site: 1 - config[f"drop{site.capitalize()}"] for site in ("input", "recurrent", "output")}
    leaves = {name: inputs[name].requires_grad_() for name in gradients}
    weights = [leaves[name] for name in ("w_in", "w_rec", "b", "w_out", "b_out")]
    projections = fast_projection(leaves["x"], weights, keep["input"])

    def by_hand():
        # The function starts from a state of zeros, so the first step's part of the state is added to its input.
        q, h0 = keep["recurrent"], leaves["h0"]
        start_mean = (h0 @ (q * weights[1])).unsqueeze(0)
        start_variance = (noisy(h0, torch.zeros_like(h0), q) @ (weights[1] * weights[1])).unsqueeze(0)
        a_mean = torch.cat((projections[0][:1] + start_mean, projections[0][1:]))
        a_variance = torch.cat((projections[1][:1] + start_variance, projections[1][1:]))
        return FastSequence.apply(a_mean, a_variance, weights[1], q)

    failed = False
    for variant, hidden in (
        ("eager", lambda: fast_hidden(leaves["x"], leaves["h0"], weights, keep)),
        ("function", by_hand),
    ):
        h_mean, h_variance = hidden()
        mean, variance = fast_read_out(h_mean, h_variance, weights, keep["output"])
        probability = torch.sigmoid(mean * torch.rsqrt(1 + KAPPA * variance))
        found = {
            "hidden_mean": h_mean,
            "hidden_variance": h_variance,
            "output_mean": mean,
            "output_variance": variance,
            "probability": probability,
        }
        loss = sum((found[name] * inputs[f"cotangent.{name}"]).sum() for name in outputs)
        found_gradients = torch.autograd.grad(loss, list(leaves.values()), retain_graph=True)
        pairs = [(name, found[name], outputs[name], 1e-5) for name in outputs]
        pairs += [(f"d {n}", g, gradients[n], 1e-4) for n, g in zip(leaves, found_gradients)]
        worst = max(float((got.detach() - want).abs().max() / want.abs().max()) / limit for _, got, want, limit in pairs)
        failed |= not worst <= 1
        print(json.dumps({"case": case["name"], "variant": variant, "worst_over_tolerance": worst}))
    sys.exit(1 if failed else 0)


def main():
    parser = argparse.ArgumentParser(description="The music workloads of `lethe bench` in PyTorch.")
    parser.add_argument("--workload", choices=sorted(BEST), default="music-plain")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--variant", choices=("best", "module", "eager", "function", "compiled"), default="best")
    parser.add_argument("--repetitions", type=int, default=15)
    parser.add_argument("--warm-up", type=int, default=5)
    parser.add_argument("--check", metavar="GOLDEN.json")
    parser.add_argument("--check-deep", metavar="CASE.json")
    options = parser.parse_args()
    if options.check:
        check(options.check)
    if options.check_deep:
        check_equal(options.check_deep)
    if options.repetitions < 7:
        parser.error("--repetitions must be at least 7")
    prepare(options.threads)
    variant = BEST[options.workload] if options.variant == "best" else options.variant
    ms = measure(options.workload, variant, options.repetitions, options.warm_up)
    report(options, variant, ms)


if __name__ == "__main__":
    main()
