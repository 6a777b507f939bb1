"""Writes the ONNX project's tests of single operators, as `onnx/backend/test/data/node` has them.

    python oracle/onnx-node-tests.py /tmp/nodes

Each becomes NAME/model.onnx with test_data_set_0/input_0.pb, output_0.pb and so on. `node
build/tools/models/onnx-node-tests.js /tmp/nodes` imports and compares. Graphs of several nodes, and tests of sequences and
optional values, are left out. Needs onnx alone; older releases of it have the folder itself.
"""

import sys
import warnings
from pathlib import Path

from onnx import TensorProto, numpy_helper
from onnx.backend.test.case import node as node_tests


def main() -> None:
    warnings.filterwarnings("ignore")
    root = Path(sys.argv[1])
    for case in node_tests.collect_testcases(None):
        graph = case.model.graph
        values = [*graph.input, *graph.output]
        if len(graph.node) != 1 or not all(value.type.HasField("tensor_type") for value in values):
            continue
        folder = root / case.name / "test_data_set_0"
        folder.mkdir(parents=True, exist_ok=True)
        (folder.parent / "model.onnx").write_bytes(case.model.SerializeToString())
        given, expected = case.data_sets[0]
        for kind, infos, arrays in (("input", graph.input, given), ("output", graph.output, expected)):
            for i, (info, array) in enumerate(zip(infos, arrays)):
                tensor = array if isinstance(array, TensorProto) else numpy_helper.from_array(array, info.name)
                (folder / f"{kind}_{i}.pb").write_bytes(tensor.SerializeToString())


main()
