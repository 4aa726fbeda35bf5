"""The translation workloads in PyTorch, for comparison with `lethe bench --workload translate` and `translate-beam`.

    translate       a bucket of 640 pairs in twenty minibatches of 32, 6 to 39 source tokens and a tenth more of the target, ends besides
    translate-beam  128 sentences in two batches by beam 5, log p / length, as many tokens as the source has

Embeddings of 128, a bidirectional GRU of 256 units over packed sentences, additive attention of a decoder GRU of 256 over all steps in one
product, the attentional output of 128 features read with the table of 8,000 target words, on the steps that count alone. Dropout of words .3,
context .5, output .5; fused Adam .001, gradients clipped at norm 5.

    python3 pytorch_translate.py --workload translate --threads 2
    python3 pytorch_translate.py --check CASE.json      (made by `node bench/peers/translate-case.mjs CASE.json`)

Prints one JSON line. `--variant packed` packs the decoder's steps too; `best` is `padded`. Beam search keeps keys and memory,
has sentences and hypotheses as rows of one batch, takes the best of beam * vocabulary by one topk, gathers states by index_select and leaves
out sentences that are done. `--check` compares loss, gradients and translations with Lethe's on the same weights.
"""

import argparse
import json

from timing import median_ms, prepare, report

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence  # noqa: E402

UNKNOWN, BEGIN, END = 0, 1, 2


class Translator(torch.nn.Module):
    def __init__(self, source=6000, target=8000, embedding=128, hidden=256, rates=(0.3, 0.5, 0.5), decoder="padded"):
        super().__init__()
        self.rates, self.form = rates, decoder
        self.source = torch.nn.Embedding(source, embedding)
        self.target = torch.nn.Embedding(target, embedding)
        for table in (self.source, self.target):
            torch.nn.init.uniform_(table.weight, -0.1, 0.1)
        self.encoder = torch.nn.GRU(embedding, hidden, bidirectional=True)
        self.decoder = torch.nn.GRU(embedding, hidden)
        self.initial = torch.nn.Linear(2 * hidden, hidden)
        self.query = torch.nn.Linear(hidden, hidden, bias=False)
        self.key = torch.nn.Linear(2 * hidden, hidden)
        self.v = torch.nn.Parameter(torch.randn(hidden) * hidden**-0.5)
        self.combine = torch.nn.Linear(3 * hidden, embedding)
        self.bias = torch.nn.Parameter(torch.zeros(target))

    def read(self, words, lengths):
        """words [S, B], lengths sorted or not: memory, keys [B, S, .], what is padding [B, S], the first state [1, B, H]"""
        x = F.dropout(self.source(words), self.rates[0], self.training)
        packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
        memory = pad_packed_sequence(self.encoder(packed)[0])[0].transpose(0, 1)
        padding = torch.arange(memory.shape[1])[None] >= lengths[:, None]
        memory = F.dropout(memory, self.rates[1], self.training)
        mean = memory.sum(1) / lengths[:, None]
        state = torch.tanh(self.initial(mean))[None].contiguous()
        return memory, self.key(memory), padding, state

    def attended(self, states, memory, keys, padding):
        """states [T, B, H]: what the readout reads, [T, B, E]"""
        queries = self.query(states).transpose(0, 1)
        scores = torch.tanh(queries[:, :, None] + keys[:, None]) @ self.v
        weights = scores.masked_fill(padding[:, None], -torch.inf).softmax(2)
        context = torch.bmm(weights, memory).transpose(0, 1)
        return torch.tanh(self.combine(torch.cat([states, context], 2)))

    def loss(self, source, lengths, input, counted, places, target_lengths):
        """places: numbers of the steps that count in [T * B]; counted: their targets"""
        memory, keys, padding, state = self.read(source, lengths)
        y = F.dropout(self.target(input), self.rates[0], self.training)
        if self.form == "packed":
            packed = pack_padded_sequence(y, target_lengths, enforce_sorted=False)
            states = pad_packed_sequence(self.decoder(packed, state)[0])[0]
        else:
            states = self.decoder(y, state)[0]
        out = F.dropout(self.attended(states, memory, keys, padding), self.rates[2], self.training)
        rows = out.reshape(-1, out.shape[2]).index_select(0, places)
        return F.cross_entropy(F.linear(rows, self.target.weight, self.bias), counted)

    @torch.inference_mode()
    def translate(self, source, lengths, most, beam=5):
        """The best hypothesis of each sentence: tokens and log p / length. `most` tokens at most, the end counted in."""
        memory, keys, padding, state = self.read(source, lengths)
        B, vocabulary = lengths.shape[0], self.bias.shape[0]
        alive = torch.arange(B)
        best = [(-torch.inf, [])] * B
        logs = torch.full((B, beam), -torch.inf)
        logs[:, 0] = 0
        tokens = torch.full((B, beam), BEGIN)
        history = torch.empty((B, beam, 0), dtype=torch.long)
        state = state.expand(beam, B, -1).transpose(0, 1).reshape(1, B * beam, -1).contiguous()
        for step in range(int(most.max())):
            n = alive.shape[0]
            y = self.target(tokens.view(1, -1))
            states, state = self.decoder(y, state)
            # Hypotheses of a sentence are the steps of one query, so that memory and keys are not copied.
            out = self.attended(states.view(n, beam, -1).transpose(0, 1), memory, keys, padding)
            z = F.linear(out.transpose(0, 1), self.target.weight, self.bias).log_softmax(2)
            total = (logs[:, :, None] + z).view(n, -1)
            # An end takes the place of a hypothesis: beam of them go on whatever ends.
            top, places = total.topk(2 * beam, 1)
            parents, next_tokens = places // vocabulary, places % vocabulary
            ends = next_tokens == END
            last = (most[alive] == step + 1)[:, None]
            length = step + 1
            closing = (ends & (torch.arange(2 * beam) < beam)) | last
            scores = torch.where(closing, top / length, -torch.inf)
            value, at = scores.max(1)
            for i in torch.nonzero(value > torch.tensor([best[b][0] for b in alive.tolist()])).view(-1).tolist():
                k = int(at[i])
                said = history[i, parents[i, k]].tolist()
                if not ends[i, k]:
                    said = said + [int(next_tokens[i, k])]
                best[int(alive[i])] = (float(value[i]), said)
            order = torch.where(ends, -torch.inf, top).topk(beam, 1).indices
            logs = torch.where(ends, -torch.inf, top).gather(1, order)
            parents, tokens = parents.gather(1, order), next_tokens.gather(1, order)
            history = torch.cat([history.gather(1, parents[:, :, None].expand(-1, -1, history.shape[2])), tokens[:, :, None]], 2)
            rows = (torch.arange(n)[:, None] * beam + parents).view(-1)
            state = state.index_select(1, rows)
            # log p only falls: what is open cannot get above log p / most.
            bound = logs[:, 0] / most[alive]
            going = (~last[:, 0]) & (bound > torch.tensor([best[b][0] for b in alive.tolist()]))
            if not bool(going.all()):
                keep = torch.nonzero(going).view(-1)
                if keep.numel() == 0:
                    break
                alive, logs, tokens, history = alive[keep], logs[keep], tokens[keep], history[keep]
                memory, keys, padding = memory[keep], keys[keep], padding[keep]
                state = state.view(1, n, beam, -1)[:, keep].reshape(1, keep.numel() * beam, -1)
        return best


def lengths_of(count, factor):
    return [round(factor * (6 + 33 * (n / count) ** 3)) for n in range(count)]


def padded(lengths, words):
    """[T, B] random words, 0 behind"""
    T = max(lengths)
    tokens = torch.randint(3, words, (T, len(lengths)))
    return tokens * (torch.arange(T)[:, None] < torch.tensor(lengths)[None])


class Training:
    def __init__(self, decoder):
        self.model = Translator(decoder=decoder).train()
        self.parameters = list(self.model.parameters())
        self.optimizer = torch.optim.Adam(self.parameters, lr=0.001, fused=True)
        source, target = lengths_of(640, 1), lengths_of(640, 1.1)
        self.batches = []
        for b in range(0, 640, 32):
            own = [n + 1 for n in source[b : b + 32]]
            other = [n + 1 for n in target[b : b + 32]]
            input, said = padded(other, 8000), padded(other, 8000)
            counts = (torch.arange(max(other))[:, None] < torch.tensor(other)[None]).view(-1)
            places = torch.nonzero(counts).view(-1)
            self.batches.append(
                (padded(own, 6000), torch.tensor(own), input, said.view(-1)[places], places, torch.tensor(other))
            )

    def step(self):
        for batch in self.batches:
            self.optimizer.zero_grad(set_to_none=True)
            self.model.loss(*batch).backward()
            torch.nn.utils.clip_grad_norm_(self.parameters, 5, foreach=True)
            self.optimizer.step()


class Searching:
    def __init__(self, _):
        self.model = Translator().eval()
        self.model.bias.data[END] = -100
        own = [n + 1 for n in lengths_of(128, 1)]
        self.batches = [(padded(own[b : b + 64], 6000), torch.tensor(own[b : b + 64])) for b in (0, 64)]

    def step(self):
        for source, lengths in self.batches:
            self.model.translate(source, lengths, lengths)


def check(file):
    """Loss, gradients and translations of Lethe's model on the same weights."""
    case = json.load(open(file))
    sizes = case["sizes"]
    model = Translator(sizes["source"], sizes["target"], sizes["embedding"], sizes["hidden"], rates=(0, 0, 0)).train()
    tensor = lambda of: torch.tensor(of["data"]).reshape(of["shape"])  # noqa: E731

    def named(arrays):
        t = {name: tensor(of) for name, of in arrays.items()}
        own = {
            "source.weight": t["source.weight"],
            "target.weight": t["target.weight"],
            "query.weight": t["attention.weightQuery"].t(),
            "key.weight": t["attention.weightMemory"].t(),
            "key.bias": t["attention.bias"],
            "v": t["attention.v"],
            "bias": t["readout.bias"],
        }
        for name in ("initial", "combine"):
            own[f"{name}.weight"], own[f"{name}.bias"] = t[f"{name}.weight"].t(), t[f"{name}.bias"]
        own.update({name: t[name] for name in t if name.startswith(("encoder.", "decoder."))})
        return own

    model.load_state_dict(named(case["weights"]))
    batch = case["batch"]
    grid = lambda words: torch.tensor(words).view(-1, batch["rows"])  # noqa: E731
    lengths, other = torch.tensor(batch["sourceLengths"]), torch.tensor(batch["targetLengths"])
    targets = grid(batch["targets"])
    counts = (torch.arange(targets.shape[0])[:, None] < other[None]).view(-1)
    places = torch.nonzero(counts).view(-1)
    inputs = (grid(batch["source"]), lengths, grid(batch["input"]), targets.view(-1)[places], places, other)
    worst = {}
    for form in ("padded", "packed"):
        model.form = form
        model.zero_grad()
        loss = model.loss(*inputs)
        loss.backward()
        worst[f"{form} loss"] = abs(float(loss) - case["loss"]) / case["loss"]
        slopes = named(case["gradients"])
        for name, parameter in model.named_parameters():
            if "bias_hh" in name:  # Lethe has one bias of both products, but of the new state
                rows = slice(2 * sizes["hidden"], None)
                got, expected = parameter.grad[rows], slopes[name][rows]
            else:
                got, expected = parameter.grad, slopes[name]
            worst[f"{form} {name}"] = float((got - expected).abs().max() / expected.abs().max())
    found = model.eval().translate(inputs[0], lengths, torch.tensor(case["maxLength"]))
    same = [said == expected["tokens"] for (_, said), expected in zip(found, case["translations"])]
    scores = max(abs(score - e["score"]) for (score, _), e in zip(found, case["translations"]))
    result = max(worst.values())
    print(json.dumps({"check": file, "worst": result, "translations": f"{sum(same)} of {len(same)}", "scores": scores}))
    if result > 1e-4 or not all(same) or scores > 1e-5:
        print(json.dumps(worst))
        raise SystemExit(1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--workload", choices=["translate", "translate-beam"], default="translate")
    parser.add_argument("--variant", choices=["best", "padded", "packed"], default="best")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--check", metavar="CASE")
    options = parser.parse_args()
    prepare(options.threads)
    torch.manual_seed(1)
    if options.check:
        return check(options.check)
    variant = "padded" if options.variant == "best" else options.variant
    work = (Training if options.workload == "translate" else Searching)(variant)
    ms, _ = median_ms(work.step, options.repeats, 3)
    report(options, variant, ms)


if __name__ == "__main__":
    main()
