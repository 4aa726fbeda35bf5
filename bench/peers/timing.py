"""What every peer in PyTorch does alike: settings, the time of a step, the line that compare.mjs reads.

Import it before torch: it keeps warnings of torch's own import out of the output.
"""

import json
import resource
import statistics
import time
import warnings

warnings.filterwarnings("ignore")

import torch  # noqa: E402


def prepare(threads):
    """Threads of the figure; numbers too small for a normal one count as zero, as in Lethe."""
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)


def median_ms(step, repeats, warm_up):
    """The median time of a step in milliseconds, and what the last one gave."""
    for _ in range(warm_up):
        step()
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        last = step()
        times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times), last


def report(options, variant, ms, **more):
    """Prints the figure as one line of JSON; `more` says what else it was measured with."""
    line = {
        "system": "pytorch",
        "version": torch.__version__,
        "variant": variant,
        "workload": options.workload,
        **more,
        "threads": options.threads,
        "ms": round(ms, 3),
        "steps_per_s": round(1000 / ms, 3),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    print(json.dumps(line))
