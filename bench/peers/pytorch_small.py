"""The small workloads in PyTorch, for comparison with `lethe bench --workload small-steps` and `small-train`.

An LSTM of 64 units on 64 inputs. `small-steps`: a thousand single steps, batch 1, the state carried on, without gradients.
`small-train`: ten training steps of 8 sequences of 50 steps; squared error (summed over units, mean over steps and rows), backward,
clip by global norm 5, SGD with step rate 0.1.

    python3 pytorch_small.py --workload small-steps --threads 1

Prints one JSON line. `--variant` picks a formulation: `module` (torch.nn.LSTM), `cell` (torch.nn.LSTMCell in a loop), `script` (the
same under torch.jit.script). `best`, the default, measures all of them and gives the fastest.
"""

import argparse

from timing import median_ms, prepare, report

import torch  # noqa: E402

UNITS, BATCH, STEPS = 64, 8, 50


class Cells(torch.nn.Module):
    """The cell in a loop over the steps, with what the module of a whole sequence gives."""

    def __init__(self):
        super().__init__()
        self.cell = torch.nn.LSTMCell(UNITS, UNITS)

    def forward(self, x: torch.Tensor, state: tuple[torch.Tensor, torch.Tensor]):
        h, c = state
        out = []
        for t in range(x.size(0)):
            h, c = self.cell(x[t], (h, c))
            out.append(h)
        return torch.stack(out), (h, c)


class Sequence(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(UNITS, UNITS)

    def forward(self, x: torch.Tensor, state: tuple[torch.Tensor, torch.Tensor]):
        h, c = state
        y, (h, c) = self.lstm(x, (h.unsqueeze(0), c.unsqueeze(0)))
        return y, (h[0], c[0])


def made(variant):
    layer = Sequence() if variant == "module" else Cells()
    return torch.jit.script(layer) if variant == "script" else layer


def steps_of(variant):
    layer = made(variant)
    x = torch.randn(1, 1, UNITS)

    def step():
        with torch.inference_mode():
            state = (torch.zeros(1, UNITS), torch.zeros(1, UNITS))
            for _ in range(1000):
                _, state = layer(x, state)

    return step


def training_of(variant):
    layer = made(variant)
    parameters = list(layer.parameters())
    optimizer = torch.optim.SGD(parameters, lr=0.1, foreach=True)
    x, targets = torch.randn(STEPS, BATCH, UNITS), torch.randn(STEPS, BATCH, UNITS)
    state = (torch.zeros(BATCH, UNITS), torch.zeros(BATCH, UNITS))

    def step():
        for _ in range(10):
            optimizer.zero_grad(set_to_none=True)
            loss = ((layer(x, state)[0] - targets) ** 2).sum(2).mean()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 5, foreach=True)
            optimizer.step()

    return step


def main():
    variants = ["module", "cell", "script"]
    parser = argparse.ArgumentParser()
    parser.add_argument("--workload", choices=["small-steps", "small-train"], default="small-steps")
    parser.add_argument("--variant", choices=["best", *variants], default="best")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=15)
    options = parser.parse_args()
    prepare(options.threads)
    build = steps_of if options.workload == "small-steps" else training_of
    asked = variants if options.variant == "best" else [options.variant]
    ms, variant = min((median_ms(build(one), options.repeats, 5)[0], one) for one in asked)
    report(options, variant, ms)


if __name__ == "__main__":
    main()
