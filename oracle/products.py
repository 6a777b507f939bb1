"""How fast this machine multiplies matrices in ONNX Runtime and in PyTorch: GFLOP/s of one thread.

    python oracle/products.py

Interleaved, the best and the median of 25 products of each; the shapes are of a step of ViT-Ti/16 and of ResNet-50.
"""

import time

import numpy as np
import onnxruntime as ort
import torch
from onnx import TensorProto, helper

SHAPES = ((1024, 1024, 1024), (3152, 192, 768), (3152, 768, 192), (3136, 1024, 256))
ROUNDS = 25


def runtime_product(m: int, k: int, n: int):
    def declared(name, *shape):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    graph = helper.make_graph([node], "product", [declared("x", m, k), declared("w", k, n)], [declared("y", m, n)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    binding = session.io_binding()
    binding.bind_cpu_input("x", np.random.randn(m, k).astype(np.float32))
    binding.bind_cpu_input("w", np.random.randn(k, n).astype(np.float32))
    binding.bind_output("y")
    return lambda: session.run_with_iobinding(binding)


def torch_product(m: int, k: int, n: int):
    x, w, y = torch.randn(m, k), torch.randn(k, n), torch.empty(m, n)
    return lambda: torch.mm(x, w, out=y)


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(f"ONNX Runtime {ort.__version__}, PyTorch {torch.__version__}")
    for shape in SHAPES:
        contestants = {"ONNX Runtime": runtime_product(*shape), "PyTorch": torch_product(*shape)}
        seconds = {name: [] for name in contestants}
        for _ in range(ROUNDS):
            for name, run in contestants.items():
                began = time.process_time()
                run()
                seconds[name].append(time.process_time() - began)
        rate = 2 * np.prod(shape) / 1e9
        rates = {name: (rate / min(times), rate / sorted(times)[ROUNDS // 2]) for name, times in seconds.items()}
        texts = [f"{name} {best:.0f} (median {median:.0f})" for name, (best, median) in rates.items()]
        print(" x ".join(map(str, shape)), *texts, sep="  ")
