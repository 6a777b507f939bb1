"""From an empty process to the end of the first training steps, in eager PyTorch with timm: bench/start.ts runs it.

    python oracle/start.py FOLDER BATCH THREADS

FOLDER has timm's config.json and model.safetensors. Prints the same JSON as bench/start-worker.ts: seconds since the
process began and its peak memory, at the end of each phase.
"""

import json
import os
import resource
import sys
import time

with open("/proc/uptime") as uptime, open("/proc/self/stat") as stat:
    ran = float(uptime.read().split()[0]) - int(stat.read().rsplit(") ", 1)[1].split()[19]) / os.sysconf("SC_CLK_TCK")
BEGAN = time.perf_counter() - ran

import timm
import torch
import torch.nn.functional as F

CLASSES = 100
marks = []


def mark(phase: str):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    marks.append({"phase": phase, "seconds": time.perf_counter() - BEGAN, "peakBytes": peak})


folder, batch, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
mark("modules")
model = timm.create_model(f"local-dir:{folder}", pretrained=True, num_classes=CLASSES).train()
mark("open")
size = model.pretrained_cfg["input_size"][-1]
optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9, nesterov=True)
images = torch.randn(batch, 3, size, size)
labels = torch.arange(batch) % CLASSES
mark("compile")
for step in range(2):
    loss = F.cross_entropy(model(images), labels)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    loss.item()
    mark(f"step {step + 1}")
print(json.dumps(marks))
