"""Reads runs' event files with PyPI's tensorboard, and compares them with metrics.jsonl and summary.json.

    python oracle/tensorboard_files.py RUNS
    python oracle/tensorboard_files.py --golden

RUNS is a folder of runs, as one would give it to `tensorboard --logdir`; --golden writes test/golden/tensorboard.json, the
records of a line of metrics.jsonl and of a run's end by tensorboard itself. Needs tensorboard (written with 2.21). The
script is not called tensorboard.py: that would be what `import tensorboard` finds.
"""

import json
import pathlib
import struct
import sys

import golden
from tensorboard import context as context_lib
from tensorboard import version
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups, plugin_data_pb2
from tensorboard.summary.writer.record_writer import masked_crc32c


def tag(line, name):
    if line["type"] == "step":
        return f"train/{name}"
    if name == "validation_seconds":
        return "val/seconds"
    if name.startswith("val_"):
        return f"val/{name[4:]}"
    if name.startswith("train_"):
        return "train_eval/" + name.removeprefix("train_").removeprefix("eval_")
    return f"train_epoch/{name}"


def check_frames(path):
    """Checksums of every record, by TensorBoard's own function; returns the events."""
    data, at, events = path.read_bytes(), 0, []
    while at < len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        assert struct.unpack_from("<I", data, at + 8)[0] == masked_crc32c(data[at : at + 8])
        body = data[at + 12 : at + 12 + length]
        assert struct.unpack_from("<I", data, at + 12 + length)[0] == masked_crc32c(body)
        events.append(event_pb2.Event.FromString(body))
        at += 16 + length
    return events


def check_run(run):
    folder = run / "tensorboard"
    (file,) = folder.iterdir()
    events = check_frames(file)
    accumulator = EventAccumulator(str(folder), size_guidance={"scalars": 0, "images": 0, "tensors": 0}).Reload()
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    expected = {}
    for line in lines:
        for name, value in line.items():
            if name in ("type", "epoch", "step", "best", "unix_seconds"):
                continue
            expected.setdefault(tag(line, name), []).append((line["step"], value, line["unix_seconds"]))
    summary_file = run / "summary.json"
    summary = json.loads(summary_file.read_text()) if summary_file.exists() else None
    tags = set(accumulator.Tags()["scalars"])
    tested = {name for name in tags if name.startswith("test/")}
    assert tags - tested == set(expected), tags ^ set(expected)
    for name, points in expected.items():
        got = accumulator.Scalars(name)
        assert [event.step for event in got] == [step for step, _, _ in points], name
        for event, (_, value, time) in zip(got, points):
            assert abs(event.value - value) <= 1e-6 * abs(value) + 1e-30, (name, event, value)
            assert abs(event.wall_time - time) < 1e-3
    images = accumulator.Tags()["images"]
    if summary is not None and summary["test_accuracy"] is not None:
        for name in ("accuracy", "balanced_accuracy", "loss"):
            (event,) = accumulator.Scalars(f"test/{name}")
            assert event.step == summary["steps"]
            value = summary[f"test_{name}"]
            assert abs(event.value - value) <= 1e-6 * max(1, abs(value))
        check_image(accumulator, "test/confusion")
    if summary is not None and summary["val_images"] >= 3:
        check_image(accumulator, "val/features")
    print(f"{run}: {len(events)} events, {len(tags)} scalars, {sum(map(len, expected.values()))} points, images {images}")


def check_image(accumulator, name):
    (image,) = accumulator.Images(name)
    assert image.encoded_image_string.startswith(b"\x89PNG") and image.width > 50 and image.height > 50


def check_hparams(runs):
    """The table of hyper-parameters, as the plugin's server answers for it."""
    multiplexer = plugin_event_multiplexer.EventMultiplexer()
    multiplexer.AddRunsFromDirectory(str(runs))
    multiplexer.Reload()
    context = base_plugin.TBContext(data_provider=data_provider.MultiplexerDataProvider(multiplexer, str(runs)))
    backend = backend_context.Context(context)
    request_context = context_lib.RequestContext()
    metadata = backend.hparams_metadata(request_context, "")
    experiment = backend.experiment_from_metadata(request_context, "", True, metadata, [])
    print("hyper-parameters:", ", ".join(sorted(info.name for info in experiment.hparam_infos)))
    request = api_pb2.ListSessionGroupsRequest(
        start_index=0,
        slice_size=100,
        allowed_statuses=[value for _, value in api_pb2.Status.items()],
    )
    request.col_params.extend(
        api_pb2.ColParams(metric=info.name) for info in experiment.metric_infos if info.name.tag == "test/accuracy"
    )
    answer = list_session_groups.Handler(request_context, backend, "", request).run()
    for group in answer.session_groups:
        for session in group.sessions:
            values = {value.name.tag: round(value.value, 4) for value in session.metric_values}
            status = api_pb2.Status.Name(session.status)
            # tensorboard/ is in the folder of the run; a run that failed or was stopped has no summary.
            finished = (runs / session.name).parent.joinpath("summary.json").exists()
            assert (status == "STATUS_SUCCESS") == finished, (session.name, status)
            print(f"  {session.name}: {status}, {len(group.hparams)} hyper-parameters, {values}")
    return answer


def record(event):
    body = event.SerializeToString(deterministic=True)
    length = struct.pack("<Q", len(body))
    checksum = lambda data: struct.pack("<I", masked_crc32c(data))  # noqa: E731
    return length + checksum(length) + body + checksum(body)


def write_golden():
    value = summary_pb2.Summary.Value
    line = event_pb2.Event(wall_time=1700000000.25, step=12)
    line.summary.value.extend([value(tag="train/loss", simple_value=0.1), value(tag="train/accuracy", simple_value=1)])
    last = event_pb2.Event(wall_time=1700000100.5, step=300)
    last.summary.value.extend(
        [value(tag=f"test/{name}", simple_value=x) for name, x in (("accuracy", 0.9), ("balanced_accuracy", 0.875), ("loss", 0.3))]
    )
    image = summary_pb2.Summary.Image(height=300, width=200, colorspace=4, encoded_image_string=bytes(range(256)))
    last.summary.value.append(value(tag="test/confusion", image=image))
    data = plugin_data_pb2.HParamsPluginData()
    data.session_end_info.status = api_pb2.STATUS_SUCCESS
    data.session_end_info.end_time_secs = 1700000100.5
    end = event_pb2.Event(wall_time=1700000100.5, step=300)
    shape = tensor_shape_pb2.TensorShapeProto(dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=1)])
    added = end.summary.value.add(tag="_hparams_/session_end_info")
    added.tensor.CopyFrom(tensor_pb2.TensorProto(dtype=1, tensor_shape=shape, float_val=[0]))
    added.metadata.plugin_data.plugin_name = "hparams"
    added.metadata.plugin_data.content = data.SerializeToString()
    content = {"script": "tensorboard_files.py", "tensorboard": version.VERSION}
    golden.write("tensorboard", {**content, "line": record(line).hex(), "end": (record(last) + record(end)).hex()})


if __name__ == "__main__":
    if sys.argv[1] == "--golden":
        write_golden()
        sys.exit()
    folder = pathlib.Path(sys.argv[1])
    found = sorted(path.parent for path in folder.glob("**/run.json"))
    assert found, f"no runs in {folder}"
    for each in found:
        check_run(each)
    check_hparams(folder)
