"""Times a training step in eager PyTorch, on the CPU unless --device says cuda: forward, cross-entropy, backward, SGD with Nesterov momentum.

    python oracle/bench.py [--models resnet18,...] [--batch 16] [--image 224] [--threads 2] [--steps 10] [--warmup 3]
                           [--device cuda] [--tf32]

prints one JSON line per model: {"model", "batch", "threads", "steps", "ms": {"median", "min", "max"}, "peakRssMb",
"parameters", "torch"}. Every model gets a process of its own, so that the peak is its own.

    python oracle/bench.py --serve [--batch 16] [--image 224] [--threads 2]

reads lines "model steps" from standard input and answers each with one JSON line {"model", "times": [ms, ...],
"peakRssMb"}. Models stay built and warm, so a caller can interleave short chunks with another program's: on a shared
machine only interleaved timings compare. An unknown model answers {"error"}; the end of input ends the process.

Malloc is the caller's: glibc gives large blocks back to the system on every free, and where page faults are dear,
MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=9999999999 MALLOC_TOP_PAD_=67108864 in the environment avoids it.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time

import torch
import torch.nn.functional as F

from bench_models import MODELS

class Trainer:
    """A model with its optimizer and one fixed batch; `warmup` untimed steps come first."""

    def __init__(self, name: str, options):
        torch.manual_seed(0)
        self.model = MODELS[name](options.classes, options.image).train().to(options.device)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=1e-3, momentum=0.9, nesterov=True)
        self.images = torch.randn(options.batch, 3, options.image, options.image, device=options.device)
        self.labels = torch.arange(options.batch, device=options.device) % options.classes
        for _ in range(options.warmup):
            self.step()

    def step(self) -> float:
        """Milliseconds of one training step, until its loss is known."""
        start = time.perf_counter()
        loss = F.cross_entropy(self.model(self.images), self.labels)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        loss.item()
        return (time.perf_counter() - start) * 1e3

    def parameters(self) -> int:
        return sum(parameter.numel() for parameter in self.model.parameters())


def peak_rss_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1)


def measure(name: str, options) -> dict:
    trainer = Trainer(name, options)
    times = [trainer.step() for _ in range(options.steps)]
    summary = {"median": statistics.median(times), "min": min(times), "max": max(times)}
    return {
        "model": name,
        "batch": options.batch,
        "threads": torch.get_num_threads(),
        "steps": options.steps,
        "ms": {key: round(value, 2) for key, value in summary.items()},
        "peakRssMb": peak_rss_mb(),
        "parameters": trainer.parameters(),
        "torch": torch.__version__,
    }


def serve(options) -> None:
    trainers: dict[str, Trainer] = {}
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            name, steps = line.split()
            if name not in trainers:
                trainers[name] = Trainer(name, options)
            times = [round(trainers[name].step(), 3) for _ in range(int(steps))]
            answer = {"model": name, "times": times, "peakRssMb": peak_rss_mb()}
        except (KeyError, ValueError) as error:
            answer = {"error": f"expected 'model steps' with a model of {', '.join(MODELS)}: {error!r}"}
        print(json.dumps(answer), flush=True)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default="resnet18,vit-ti-16,mobilenetv2", help=f"of {', '.join(MODELS)}")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--image", type=int, default=224, help="pixels of a side")
    parser.add_argument("--classes", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--warmup", type=int, default=3)
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--tf32", action="store_true", help="products and convolutions in TF32, on cuda")
    parser.add_argument("--serve", action="store_true", help="answer 'model steps' lines on standard input")
    return parser.parse_args()


if __name__ == "__main__":
    options = parse()
    torch.set_num_threads(options.threads)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = options.tf32
    names = options.models.split(",")
    unknown = [name for name in names if name not in MODELS]
    if options.serve:
        serve(options)
    elif unknown:
        sys.exit(f"unknown model {', '.join(unknown)}; known: {', '.join(MODELS)}")
    elif len(names) == 1:
        print(json.dumps(measure(names[0], options)), flush=True)
    else:
        for name in names:
            subprocess.run([sys.executable, *sys.argv, "--models", name], check=True)
