"""The workload `music-nade` in PyTorch, for comparison with `lethe bench --workload music-nade`.

The network of `music-plain` (pytorch_music.py), whose readout is a NADE of 200 hidden units over the 88 notes with biases linear in the
state: h_i = sigmoid(c + sum of v_j W_j over j < i), z_i = b_i + U_i . h_i, binary cross-entropy of z. No loop over notes in Python.

    python3 pytorch_nade.py --threads 2
    python3 pytorch_nade.py --check GOLDEN.json      compares every variant but `compiled` with a readout.nade case

Variants:

    cumsum     the sums before every note as a cumulative sum over [frames, notes, hidden], left to autograd
    compiled   torch.compile of that
    function   the same in blocks of frames that fit a cache, with a backward pass by hand that makes the hidden units anew
    segments   hidden units change only where a note sounds: a cumulative sum over the notes that sound, one product of all
               vectors of hidden units with all notes, of which every note takes its own; autograd

Measured: see bench/README.md. The recurrent layer is `function` of pytorch_music.py, its fastest form, in all of them.
"""

import argparse
import json
import math
import sys

from timing import median_ms, prepare, report

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

from pytorch_music import BATCH, HIDDEN, NOTES, STEPS, PlainSequence, Rmsprop, plain_projection  # noqa: E402

NADE = 200
BLOCK = 16  # frames: 16 * 88 * 200 floats are 1.1 MB


def bce(logits, frames):
    """The sum over notes, one number a frame."""
    return F.binary_cross_entropy_with_logits(logits, frames, reduction="none").sum(-1)


def before(frames, w):
    """[M, D] and [D, K] to [M, D, K]: the rows of w of the notes before each note, summed."""
    terms = frames[:, :, None] * w
    return torch.cumsum(terms, 1) - terms


def dense(c, b, frames, w, u, mask=None):
    h = torch.sigmoid(c[:, None] + before(frames, w))
    if mask is not None:
        h = h * mask[:, None]
    return bce(b + (h * u).sum(-1), frames)


class Blocks(torch.autograd.Function):
    @staticmethod
    def hidden(c, frames, w, mask):
        h = before(frames, w).add_(c[:, None]).sigmoid_()
        return h, h if mask is None else h * mask[:, None]

    @staticmethod
    def forward(ctx, c, b, frames, w, u, mask, block):
        z = torch.empty_like(b)
        for m in range(0, len(c), block):
            rows = slice(m, m + block)
            _, h = Blocks.hidden(c[rows], frames[rows], w, None if mask is None else mask[rows])
            torch.sum(h.mul_(u) if mask is None else h * u, -1, out=z[rows])
        z += b
        ctx.save_for_backward(c, frames, w, u, mask, z)
        ctx.block = block
        return bce(z, frames)

    @staticmethod
    def backward(ctx, d):
        c, frames, w, u, mask, z = ctx.saved_tensors
        dz = (torch.sigmoid(z) - frames) * d[:, None]
        dc, dw, du = torch.empty_like(c), torch.zeros_like(w), torch.zeros_like(u)
        for m in range(0, len(c), ctx.block):
            rows = slice(m, m + ctx.block)
            part = None if mask is None else mask[rows]
            s, h = Blocks.hidden(c[rows], frames[rows], w, part)
            du += torch.einsum("md,mdk->dk", dz[rows], h)
            da = dz[rows][:, :, None] * u
            if part is not None:
                da *= part[:, None]
            da *= s * (1 - s)
            total = torch.sum(da, 1, out=dc[rows])
            after = total[:, None] - torch.cumsum(da, 1)
            dw += torch.einsum("md,mdk->dk", frames[rows], after)
        return dc, dz, None, dw, du, None, None


def function(c, b, frames, w, u, mask=None, block=BLOCK):
    return Blocks.apply(c, b, frames, w, u, mask, block)


def segments(c, b, frames, w, u, mask=None):
    """The notes of a frame in order, filled up with a note of zeros: S is the largest number of them and one more."""
    counts = frames.sum(1)
    S, D = int(counts.max()) + 1, frames.shape[1]
    number = torch.cumsum(frames, 1) - frames  # of notes before each
    index = torch.full((len(frames), S), D, dtype=torch.long)
    m, i = frames.nonzero(as_tuple=True)
    index[m, number[m, i].long()] = i
    rows = F.embedding(index[:, : S - 1], torch.cat((w, w.new_zeros(1, w.shape[1]))))
    a = c[:, None] + F.pad(torch.cumsum(rows, 1), (0, 0, 1, 0))
    h = torch.sigmoid(a)
    if mask is not None:
        h = h * mask[:, None]
    every = (h.flatten(0, 1) @ u.t()).unflatten(0, h.shape[:2])
    return bce(b + every.gather(1, number.long()[:, None]).squeeze(1), frames)


VARIANTS = {"cumsum": dense, "function": function, "segments": segments}
BEST = "segments"


def build(variant):
    def weight(*shape, scale=0.05):
        return torch.nn.Parameter(torch.randn(shape) * scale if len(shape) == 2 else torch.zeros(shape))

    nll_of = torch.compile(dense) if variant == "compiled" else VARIANTS[variant]
    recurrent = [weight(NOTES, HIDDEN), weight(HIDDEN, HIDDEN), weight(HIDDEN)]
    to_biases, bias = weight(HIDDEN, NADE + NOTES), weight(NADE + NOTES)
    w, u = (weight(NOTES, NADE, scale=NADE**-0.5) for _ in range(2))

    def forward(x, frames):
        h = PlainSequence.apply(plain_projection(x, recurrent), recurrent[1])
        c, b = torch.addmm(bias, h.flatten(0, 1), to_biases).split((NADE, NOTES), 1)
        return nll_of(c, b, frames.flatten(0, 1), w, u).sum() / (STEPS * BATCH)

    return forward, [*recurrent, to_biases, bias, w, u]


def measure(variant, repetitions, warm_up):
    torch.manual_seed(42)
    roll = (torch.rand(STEPS + 1, BATCH, NOTES) < 0.05).float()
    x, y = roll[:-1].contiguous(), roll[1:].contiguous()
    forward, parameters = build(variant)
    optimizer = Rmsprop(parameters)

    def step():
        for p in parameters:
            p.grad = None
        loss = forward(x, y)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 225.0, foreach=True)
        optimizer.step()
        return loss.item()

    ms, loss = median_ms(step, repetitions, warm_up)
    if not math.isfinite(loss):
        sys.exit("pytorch_nade: the loss is not finite; the figures would mean nothing")
    return ms


def check(path):
    """Largest relative difference of the NLL and every gradient from a reference case; exit code 1 beyond tolerance."""
    with open(path, encoding="utf-8") as file:
        case = json.load(file)
    if case["op"] != "readout.nade":
        sys.exit(f"pytorch_nade: expected a readout.nade case, got {case['op']}")
    torch.set_default_dtype(torch.float64)

    def tensors(group):
        return {k: torch.tensor(v["data"], dtype=torch.float64).reshape(v["shape"]) for k, v in case[group].items()}

    inputs, outputs, gradients = tensors("inputs"), tensors("outputs"), tensors("grads")
    leaves = {name: inputs[name].requires_grad_() for name in gradients}
    failed = False
    for variant, nll_of in VARIANTS.items():
        state, mask = leaves["h"].flatten(0, 1), inputs.get("mask.hidden")
        c = leaves["bias_hidden"] + state @ leaves["a"]
        b = leaves["bias_visible"] + state @ leaves["b"]
        more = {"block": 4} if variant == "function" else {}
        rows = mask if mask is None else mask.flatten(0, 1)
        nll = nll_of(c, b, inputs["v"].flatten(0, 1), leaves["w"], leaves["v_out"].t(), rows, **more)
        found = torch.autograd.grad((nll * inputs["cotangent.nll"].flatten()).sum(), list(leaves.values()))
        pairs = [("nll", nll.detach(), outputs["nll"].flatten()), *((n, g, gradients[n]) for n, g in zip(leaves, found))]
        worst = max(float((got - want).abs().max() / want.abs().max()) for _, got, want in pairs)
        failed |= not worst <= 1e-6
        print(json.dumps({"case": case["name"], "variant": variant, "worst": worst}))
    sys.exit(1 if failed else 0)


def main():
    parser = argparse.ArgumentParser(description="The workload music-nade of `lethe bench` in PyTorch.")
    parser.add_argument("--workload", choices=["music-nade"], default="music-nade")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--variant", choices=("best", "compiled", *VARIANTS), default="best")
    parser.add_argument("--repetitions", type=int, default=15)
    parser.add_argument("--warm-up", type=int, default=5)
    parser.add_argument("--check", metavar="GOLDEN.json")
    options = parser.parse_args()
    if options.check:
        check(options.check)
    if options.repetitions < 7:
        parser.error("--repetitions must be at least 7")
    prepare(options.threads)
    variant = BEST if options.variant == "best" else options.variant
    ms = measure(variant, options.repetitions, options.warm_up)
    report(options, variant, ms)


if __name__ == "__main__":
    main()
