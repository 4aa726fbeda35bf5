"""The workloads on people's own sequences in PyTorch, for comparison with `lethe bench --workload classify-words` and `forecast-hourly`.

    classify-words   20 minibatches of 32 sentences, sorted by length: embedding 10,000 x 64, a bidirectional LSTM of 64 units, the mean
                     over the steps of each, two classes; masks held over a sentence (words .3, input .5, recurrent .3, output .5), AdamW
    forecast-hourly  32 windows of 168 + 48 steps of 28 numbers, an LSTM of 64 units (input .1, recurrent .2, output .2), eleven
                     quantiles of the last 48 steps, Adam; its windows are given, Lethe's time holds their cutting

Variants:

    function  (best of those with a mask on the state) a loop over steps whose backward pass is by hand, single products for the weights
    eager     the same loop left to autograd
    packed    torch.nn.LSTM on packed sequences, without the mask on the state, which that kernel does not have: less than what is asked

Optimiser: the fused form. `--check` compares the formulations of the classifier.
"""

import argparse
import json

from timing import median_ms, prepare, report

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence  # noqa: E402

from pytorch_lm import MaskedLstm, locked, masked_loop  # noqa: E402

VOCABULARY, HIDDEN, BATCH = 10_000, 64, 32


def held(shape, rate):
    return torch.empty(shape).bernoulli_(1 - rate).div_(1 - rate)


def matrix(*shape):
    return (torch.randn(shape) / shape[0] ** 0.5).requires_grad_()


class Layer:
    """One direction: weights, and a run over [time, batch, input]."""

    def __init__(self, size, variant, recurrent):
        self.variant, self.recurrent = variant, recurrent
        if variant == "packed":
            self.lstm = torch.nn.LSTM(size, HIDDEN)
            self.parameters = list(self.lstm.parameters())
        else:
            self.parameters = [matrix(size, 4 * HIDDEN), matrix(HIDDEN, 4 * HIDDEN), torch.zeros(4 * HIDDEN, requires_grad=True)]

    def run(self, x):
        if self.variant == "packed":
            return self.lstm(x)[0]
        zero = torch.zeros(x.shape[1], HIDDEN)
        loop = MaskedLstm.apply if self.variant == "function" else masked_loop
        return loop(x, zero, zero, *self.parameters, held((x.shape[1], HIDDEN), self.recurrent))[0]


class Classifier:
    def __init__(self, variant):
        self.variant = variant
        self.embedding = (0.1 * torch.randn(VOCABULARY, HIDDEN)).requires_grad_()
        self.linear = torch.nn.Linear(2 * HIDDEN, 2)
        if variant == "packed":
            self.lstm = torch.nn.LSTM(HIDDEN, HIDDEN, bidirectional=True)
            own = list(self.lstm.parameters())
        else:
            self.layers = [Layer(HIDDEN, variant, 0.3) for _ in range(2)]
            own = [p for layer in self.layers for p in layer.parameters]
        self.parameters = [self.embedding, *own, *self.linear.parameters()]
        self.optimizer = torch.optim.AdamW(self.parameters, lr=0.002, weight_decay=0, fused=True)
        lengths = [4 + round(45 * (n / 640) ** 1.5) for n in range(640)]
        self.batches = []
        for b in range(20):
            own = torch.tensor(sorted(lengths[32 * b : 32 * b + 32], reverse=True))
            T = int(own[0])
            words = torch.randint(0, VOCABULARY, (T, BATCH))
            at = torch.arange(T)[:, None]
            self.batches.append((words, own, at < own, (own - 1 - at).clamp(min=0), torch.randint(0, 2, (BATCH,))))

    def states(self, words, lengths, turned):
        rows = held((VOCABULARY, 1), 0.3)
        x = locked(F.embedding(words, self.embedding) * F.embedding(words, rows), 0.5)
        if self.variant == "packed":
            return pad_packed_sequence(self.lstm(pack_padded_sequence(x, lengths))[0])[0]
        turn = lambda v: v.gather(0, turned[:, :, None].expand(-1, -1, v.shape[2]))  # noqa: E731
        ahead, back = self.layers
        return torch.cat([ahead.run(x), turn(back.run(turn(x)))], 2)

    def batch(self, words, lengths, seen, turned, classes):
        self.optimizer.zero_grad(set_to_none=True)
        y = self.states(words, lengths, turned) * seen[:, :, None]
        z = self.linear((y.sum(0) / lengths[:, None]) * held((BATCH, 2 * HIDDEN), 0.5))
        F.cross_entropy(z, classes).backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1, foreach=True)
        self.optimizer.step()

    def step(self):
        for batch in self.batches:
            self.batch(*batch)


class Forecaster:
    levels = torch.tensor([0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95])

    def __init__(self, variant):
        self.layer = Layer(28, variant, 0.2)
        self.linear = torch.nn.Linear(HIDDEN, 11)
        self.parameters = [*self.layer.parameters, *self.linear.parameters()]
        self.optimizer = torch.optim.Adam(self.parameters, lr=0.004, fused=True)
        self.x, self.y = torch.randn(216, BATCH, 28), torch.randn(48, BATCH, 1)

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        y = locked(self.layer.run(locked(self.x, 0.1)), 0.2)[168:]
        error = self.y - self.linear(y)
        torch.maximum(self.levels * error, (self.levels - 1) * error).sum(2).mean().backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1, foreach=True)
        self.optimizer.step()


def check():
    """The loop with its own backward pass against autograd, both directions with padding."""
    torch.manual_seed(2)
    a, b = Classifier("function"), Classifier("eager")
    for p, q in zip(a.parameters, b.parameters):
        q.data.copy_(p.data)
    words, lengths, seen, turned, _ = a.batches[3]
    results = []
    for model in (a, b):
        torch.manual_seed(3)
        y = model.states(words, lengths, turned) * seen[:, :, None]
        results.append([y, *torch.autograd.grad(y.square().sum(), model.parameters[:-2])])
    worst = max(float((p - q).abs().max() / q.abs().max()) for p, q in zip(*results))
    print(json.dumps({"check": "bidirectional masked lstm", "worst": worst}))
    if worst > 1e-5:
        raise SystemExit(1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--workload", choices=["classify-words", "forecast-hourly"], default="classify-words")
    parser.add_argument("--variant", choices=["best", "function", "eager", "packed"], default="best")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    prepare(options.threads)
    torch.manual_seed(1)
    if options.check:
        return check()
    variant = "function" if options.variant == "best" else options.variant
    model = (Classifier if options.workload == "classify-words" else Forecaster)(variant)
    ms, _ = median_ms(model.step, options.repeats, 3)
    report(options, variant, ms)


if __name__ == "__main__":
    main()
