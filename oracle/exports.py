"""Exported classifiers in the libraries that their backbones come from: do they answer as `onnx/model.onnx` does?

    python exports.py make DIR      writes DIR/models/NAME: small networks of every family and library, random weights
    node build/tools/models/exports.js DIR   trains each for an epoch and exports it, as DIR/exports/NAME
    python exports.py compare DIR   opens these in timm, transformers or torchvision, and prints how far logits are from
                                    what Python's ONNX Runtime makes of the file; checks the files with onnx

Where the ONNX graph halves its images, the library gets the images that this makes of them, computed here.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

CLASSES = 3  # of the exports
vit = dict(img_size=32, patch_size=8, embed_dim=48, depth=2, num_heads=3)

TIMM = {
    "timm-resnet": ("resnet10t", {}, 128),
    "timm-resnet-se": ("seresnet18", {}, 96),
    "timm-vit": ("vit_tiny_patch16_224", dict(depth=2, embed_dim=48, num_heads=3), 224),
    "timm-vit-average": ("vit_medium_patch16_gap_240", vit, 32),
    "timm-vit-clip": ("vit_base_patch16_clip_quickgelu_224", vit, 32),
    "timm-vit-siglip": ("vit_base_patch16_siglip_224", vit, 32),
    "timm-vit-dinov2": ("vit_small_patch14_reg4_dinov2", vit, 32),
    "timm-deit-distilled": ("deit_tiny_distilled_patch16_224", vit, 32),
    "timm-convnext": ("convnext_atto", {}, 96),
    "timm-convnext-overlap": ("convnext_atto_ols", {}, 96),
    "timm-convnext-v2": ("convnextv2_atto", {}, 96),
    "timm-mobilenet-v2": ("mobilenetv2_050", {}, 96),
    "timm-mobilenet-v3": ("mobilenetv3_small_050", {}, 96),
    "timm-efficientnet": ("tf_efficientnet_b0", {}, 96),
    "timm-efficientnet-lite": ("efficientnet_lite0", {}, 96),
}


def torchvision_models() -> dict:
    import torchvision.models as tv
    from torchvision.models.convnext import CNBlockConfig, ConvNeXt
    from torchvision.models.vision_transformer import VisionTransformer

    stages = lambda: [CNBlockConfig(8, 12, 1), CNBlockConfig(12, 16, 1), CNBlockConfig(16, 24, 2), CNBlockConfig(24, None, 1)]
    return {
        "torchvision-resnet": lambda k: tv.resnet18(num_classes=k),
        "torchvision-mobilenet-v2": lambda k: tv.mobilenet_v2(num_classes=k),
        "torchvision-mobilenet-v3": lambda k: tv.mobilenet_v3_small(num_classes=k),
        "torchvision-efficientnet": lambda k: tv.efficientnet_b0(num_classes=k),
        "torchvision-convnext": lambda k: ConvNeXt(stages(), num_classes=k),
        "torchvision-vit": lambda k: VisionTransformer(image_size=32, patch_size=8, num_layers=2, num_heads=3, hidden_dim=192, mlp_dim=64, num_classes=k),
    }


def transformers_models() -> dict:
    import transformers as T

    sizes = dict(hidden_size=48, num_hidden_layers=2, num_attention_heads=4, image_size=32, patch_size=8, num_labels=5)
    no_image = {key: value for key, value in sizes.items() if key != "image_size"}
    convnext = dict(hidden_sizes=[8, 12, 16, 24], depths=[1, 1, 2, 1], num_labels=5, image_size=64)
    resnet = dict(embedding_size=16, hidden_sizes=[16, 32, 48, 64], depths=[1, 1, 1, 1], num_labels=5)
    return {
        "transformers-resnet": (T.ResNetForImageClassification, T.ResNetConfig(layer_type="basic", **resnet), 96),
        "transformers-resnet-encoder": (T.ResNetModel, T.ResNetConfig(layer_type="bottleneck", **resnet), 96),
        "transformers-convnext": (T.ConvNextForImageClassification, T.ConvNextConfig(**convnext), 96),
        "transformers-convnext-v2": (T.ConvNextV2ForImageClassification, T.ConvNextV2Config(**convnext), 64),
        "transformers-vit": (T.ViTForImageClassification, T.ViTConfig(intermediate_size=64, **sizes), 32),
        "transformers-vit-large-images": (T.ViTForImageClassification, T.ViTConfig(intermediate_size=64, **sizes | dict(image_size=96)), 96),
        "transformers-vit-encoder": (T.ViTModel, T.ViTConfig(intermediate_size=64, **sizes), 32),
        "transformers-vit-mae": (T.ViTMAEModel, T.ViTMAEConfig(intermediate_size=64, **sizes), 32),
        "transformers-vit-msn": (T.ViTMSNModel, T.ViTMSNConfig(intermediate_size=64, **sizes), 32),
        "transformers-vit-msn-classifier": (T.ViTMSNForImageClassification, T.ViTMSNConfig(intermediate_size=64, **sizes), 32),
        "transformers-ijepa": (T.IJepaForImageClassification, T.IJepaConfig(intermediate_size=64, **sizes), 32),
        "transformers-deit": (T.DeiTForImageClassificationWithTeacher, T.DeiTConfig(intermediate_size=64, **sizes), 32),
        "transformers-deit-single": (T.DeiTForImageClassification, T.DeiTConfig(intermediate_size=64, **sizes), 32),
        "transformers-clip": (T.CLIPVisionModelWithProjection, T.CLIPVisionConfig(intermediate_size=64, projection_dim=24, **sizes), 32),
        "transformers-clip-tower": (T.CLIPVisionModel, T.CLIPVisionConfig(intermediate_size=64, hidden_act="gelu", **sizes), 32),
        "transformers-clip-classifier": (T.CLIPForImageClassification, T.CLIPConfig(vision_config=dict(intermediate_size=64, **sizes), num_labels=5), 32),
        "transformers-siglip": (T.SiglipVisionModel, T.SiglipVisionConfig(intermediate_size=64, **sizes), 32),
        "transformers-siglip-cut": (T.SiglipVisionModel, T.SiglipVisionConfig(intermediate_size=64, **sizes | dict(image_size=36)), 36),
        "transformers-siglip-large-images": (T.SiglipVisionModel, T.SiglipVisionConfig(intermediate_size=70, **sizes | dict(image_size=98)), 98),
        "transformers-siglip-classifier": (T.SiglipForImageClassification, T.SiglipConfig(vision_config=dict(intermediate_size=64, **sizes), num_labels=5), 32),
        "transformers-siglip2": (T.Siglip2VisionModel, T.Siglip2VisionConfig(intermediate_size=64, num_patches=16, **no_image), 32),
        "transformers-siglip2-classifier": (T.Siglip2ForImageClassification, T.Siglip2Config(vision_config=dict(intermediate_size=64, num_patches=16, **no_image), num_labels=5), 32),
        "transformers-dinov2": (T.Dinov2ForImageClassification, T.Dinov2Config(mlp_ratio=2, **sizes), 32),
        "transformers-dinov2-encoder": (T.Dinov2Model, T.Dinov2Config(mlp_ratio=2, **sizes), 32),
        "transformers-dinov2-swiglu": (T.Dinov2ForImageClassification, T.Dinov2Config(mlp_ratio=2, use_swiglu_ffn=True, **sizes), 32),
        "transformers-dinov2-registers": (T.Dinov2WithRegistersForImageClassification, T.Dinov2WithRegistersConfig(mlp_ratio=2, num_register_tokens=3, **sizes), 32),
    }


def openclip_models() -> dict:
    from open_clip.model import CLIP

    text = dict(context_length=4, vocab_size=8, width=64, heads=1, layers=1)
    vision = dict(image_size=32, layers=2, width=128, patch_size=8)
    options = dict(ls_init_value=0.1, head_width=32, pool_type="avg", norm_kwargs=dict(eps=1e-6), act_kwargs=dict(approximate="tanh"))
    towers = {"openclip": (vision, dict(quick_gelu=True)), "openclip-options": (vision | options, {})}
    return {
        name: (CLIP(24, own, text, **more), dict(embed_dim=24, vision_cfg=own, text_cfg=text, **more))
        for name, (own, more) in towers.items()
    }


def stirred(network):
    """With scales, offsets and statistics that matter."""
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            if tensor.is_floating_point() and (tensor.ndim < 2 or name.endswith(("gamma", "layer_scale", "lambda1"))):
                around = 1.0 if name.endswith(("running_var", "weight", "gamma", "lambda1", "layer_scale", "layer_scale_parameter")) else 0.0
                tensor.copy_(around + 0.2 * torch.rand_like(tensor))
    return network


def make(folder: Path) -> None:
    import timm

    torch.manual_seed(1)
    for name, (architecture, args, side) in TIMM.items():
        network = stirred(timm.create_model(architecture, num_classes=5, **args))
        cfg = network.pretrained_cfg
        kept = {"mean": cfg["mean"], "std": cfg["std"], "crop_pct": 0.9, "input_size": [3, side, side]}
        config = {"architecture": architecture, "num_classes": 5, "model_args": args, "pretrained_cfg": kept}
        if isinstance(getattr(network, "global_pool", None), str):
            config["global_pool"] = network.global_pool
        put(folder / name, network, config)
    for name, build in torchvision_models().items():
        put(folder / name, stirred(build(5)), None)
    for name, (kind, config, side) in transformers_models().items():
        stirred(kind(config)).save_pretrained(folder / name)
        size = {"size": {"shortest_edge": side + 8}, "crop_size": {"height": side, "width": side}}
        (folder / name / "preprocessor_config.json").write_text(json.dumps(size | {"image_processor_type": "CLIPImageProcessor"}))


    for name, (network, fields) in openclip_models().items():
        put(folder / name, stirred(network), None)
        (folder / name / "model.safetensors").rename(folder / name / "open_clip_model.safetensors")
        config = dict(model_cfg=fields, preprocess_cfg=dict(mean=[0.5] * 3, std=[0.25] * 3))
        (folder / name / "open_clip_config.json").write_text(json.dumps(config))


def put(folder: Path, network, config: dict | None) -> None:
    folder.mkdir(parents=True)
    save_file({key: value.contiguous() for key, value in network.state_dict().items()}, folder / "model.safetensors")
    if config is not None:
        (folder / "config.json").write_text(json.dumps(config))


def halved(images: torch.Tensor) -> torch.Tensor:
    """What exported graphs do to images of twice the size: along each axis, four pixels in the proportion 7:25:25:7."""

    def along(x):  # the last axis
        padded = torch.nn.functional.pad(x, (1, 1))
        weights = [7 / 64, 25 / 64, 25 / 64, 7 / 64]
        taken = sum(w * padded[..., i : i + x.shape[-1] - 1 : 2] for i, w in enumerate(weights))
        inside = torch.nn.functional.pad(torch.ones(x.shape[-1], dtype=x.dtype), (1, 1))
        return taken / sum(w * inside[i : i + x.shape[-1] - 1 : 2] for i, w in enumerate(weights))

    return along(along(images).transpose(-1, -2)).transpose(-1, -2)


def is_timm(folder: Path) -> bool:
    return "architecture" in json.loads((folder / "config.json").read_text())


def opened(name: str, folder: Path):
    """The library's own network, and the library's version."""
    if is_timm(folder):
        import timm

        return timm.create_model(f"local-dir:{folder}", pretrained=True).eval()
    if name.startswith("torchvision"):
        network = torchvision_models()[name](CLASSES)
        network.load_state_dict(load_file(folder / "model.safetensors"))
        return network.eval()
    from transformers import AutoModelForImageClassification

    network, report = AutoModelForImageClassification.from_pretrained(folder, output_loading_info=True)
    assert not any(report.values()), report
    return lambda x: network.eval()(pixel_values=x).logits


def check_pictures(name: str, folder: Path) -> None:
    """Each library prepares pictures of the network's own size, with its numbers."""
    from PIL import Image

    own = json.loads((folder / "config.json").read_text())["adarand"]["preprocessing"]
    size, margin = own["imageSize"], own["resizeSize"] - own["imageSize"]
    pixels = np.random.default_rng(1).integers(0, 256, (own["resizeSize"], own["resizeSize"] + 8, 3), dtype=np.uint8)
    picture = Image.fromarray(pixels)
    normal = (np.float32(pixels) / 255 - np.float32(own["mean"])) / np.float32(own["std"])
    # The middle of an odd margin is one of two places.
    starts = {margin // 2, (margin + 1) // 2}
    expected = [normal[t : t + size, l + 4 : l + 4 + size].transpose(2, 0, 1) for t in starts for l in starts]
    if is_timm(folder):
        import timm

        config = timm.data.resolve_model_data_config(opened(name, folder))
        found = timm.data.create_transform(**config)(picture).numpy()
    else:
        from transformers import AutoImageProcessor

        found = AutoImageProcessor.from_pretrained(folder)(picture, return_tensors="np")["pixel_values"][0]
    assert found.shape == expected[0].shape, (found.shape, expected[0].shape)
    assert min(np.abs(found - each).max() for each in expected) < 1e-4


def check_graph(path: Path) -> None:
    import onnx

    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    domains = [entry.domain for entry in model.opset_import]
    if domains != [""] or {node.domain for node in model.graph.node} != {""}:
        print(f"{path}: not only standard operators: {domains}")


def compare(folder: Path, *parts: str) -> None:
    import onnxruntime

    for exported in sorted(each for each in folder.iterdir() if not parts or any(part in each.name for part in parts)):
        name = exported.name
        check_graph(exported / "onnx/model.onnx")
        session = onnxruntime.InferenceSession(exported / "onnx/model.onnx")
        side = session.get_inputs()[0].shape[2]
        own = json.loads((exported / "config.json").read_text())["adarand"]["network_image_size"]
        images = torch.from_numpy(np.random.default_rng(2).normal(size=(4, 3, side, side)).astype(np.float32))
        [logits] = session.run(["logits"], {"pixel_values": images.numpy()})
        if not (exported / "model.safetensors").exists():
            print(f"{name:32} no tensors")
            continue
        with torch.inference_mode():
            found = opened(name, exported)(images if side == own else halved(images)).numpy()
        if not name.startswith("torchvision"):
            check_pictures(name, exported)
        difference = np.abs(found - logits).max()
        print(f"{name:32} {own:4} px  logits up to {np.abs(logits).max():7.3f}, apart {difference:.1e}, relative {difference / np.abs(logits).max():.1e}", flush=True)


if __name__ == "__main__":
    _, command, where, *parts = sys.argv
    make(Path(where) / "models") if command == "make" else compare(Path(where) / "exports", *parts)
