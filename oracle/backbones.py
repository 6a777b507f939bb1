"""Backbones of torchvision, timm and transformers with weights that any language reproduces: what they compute.

    python backbones.py            writes test/golden/backbone-*.json: small variants
    python backbones.py full DIR   writes DIR/NAME/{model.safetensors,config.json,reference.json}: published sizes
                                   (`node build/tools/models/backbones.js DIR` compares)

Every tensor of the state dict is a recipe (lcg.py) by its name. A reference has, for two images: features and logits in
evaluation; and in training the gradient of sum(features * direction) for every parameter, in float64 and summarised as
in gradients.py, with the distance of torch's own float32 gradient, and the running statistics after the step.
"""

import json
import math
import sys
import tempfile
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Callable

import torch
from torchvision.ops import StochasticDepth

import golden
import lcg

SIGN_SEEDS = (101, 202, 303, 404)
SAMPLES = 8
KINKS = {"ReLU": (0,), "ReLU6": (0, 6)} | {name: (-3, 3) for name in ("Hardswish", "HardSwish", "Hardsigmoid", "HardSigmoid")}


@dataclass
class Case:
    """A network, its config.json, the side of its images, and where features and logits come from."""

    network: torch.nn.Module
    config: dict | None
    side: int
    features: Callable
    logits: Callable | None = None
    # The position embeddings in the file, where they are of another size than the network that is compared.
    resized: str | None = None
    samples: int = SAMPLES
    every: int = 1  # of how many tensors one gradient is written, for networks of many
    momentum: float | None = None  # of BatchNorm, where not the library's


def recipe_of(name: str, tensor: torch.Tensor) -> lcg.Recipe:
    shape = tuple(tensor.shape)
    if name.endswith("running_var"):
        return lcg.named(name, shape, 0.3, 1.0)
    if tensor.ndim < 2:
        scales = name.endswith((".weight", "gamma", "lambda1", "layer_scale_parameter")) or name in ("weight", "layer_scale")
        return lcg.named(name, shape, 0.2, 1.0) if scales else lcg.named(name, shape, 0.2)
    fan_in = tensor[0].numel() if tensor.ndim != 3 else 12
    return lcg.named(name, shape, math.sqrt(3 / fan_in))


def reference(name: str, case: Case, samples: int | None = None, tries: int = 12, kernels: bool = False) -> dict:
    """`kernels`: torch's float32 gradient is computed with each of its kernels, for networks of so many units that some
    lie at a ReLU's kink, where rounding decides; the distance that is written is the largest of theirs."""
    samples = samples or case.samples
    stored = stored_tensors(case.network)
    recipes = {key: recipe_of(key, tensor) for key, tensor in stored.items() if tensor.is_floating_point()}
    filled = {key: torch.from_numpy(recipes[key].array()) if key in recipes else tensor for key, tensor in stored.items()}
    network = case.network = loaded(case.network, filled)
    for module in network.modules() if case.momentum else ():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = case.momentum
    places = places_of(filled, network)
    images_recipe = best_images(name, case, tries)
    images = torch.from_numpy(images_recipe.array())
    results = {}
    ways = {(torch.float32, "default"), (torch.float64, "default")}
    if kernels:
        ways |= {(torch.float32, "channels last"), (torch.float32, "plain")}
    for dtype, way in sorted(ways, key=str):
        network.to(dtype).eval()
        with torch.no_grad():
            features = case.features(network, images.to(dtype))
            logits = case.logits(network, images.to(dtype)) if case.logits else None
        direction_recipe = lcg.named(f"{name}/direction", tuple(features.shape))
        direction = torch.from_numpy(direction_recipe.array()).to(dtype)
        before = {key: value.clone() for key, value in network.state_dict().items()}
        network.train()
        network.zero_grad()
        inputs = images.to(dtype)
        if way == "channels last":
            network.to(memory_format=torch.channels_last)
            inputs = inputs.contiguous(memory_format=torch.channels_last)
        with torch.backends.mkldnn.flags(enabled=way != "plain", allow_tf32=False):
            (case.features(network, inputs) * direction).sum().backward()
        network.to(memory_format=torch.contiguous_format)
        given = {key: p.grad for key, p in network.named_parameters() if p.grad is not None}
        gradients = {
            key: torch.cat([given[part] for part in parts]) if len(parts) > 1 else given[parts[0]].clone()
            for key, parts in places.items()
            if parts[0] in given and key != case.resized
        }
        state = network.state_dict()
        running = ("running_mean", "running_var")
        after = {key: state[parts[0]].clone() for key, parts in places.items() if key.endswith(running)}
        network.load_state_dict(before)
        results[dtype, way] = (features, logits, gradients, after)
    features, logits, exact, after = results[torch.float64, "default"]
    singles = [found[2] for (dtype, _), found in results.items() if dtype == torch.float32]
    whole = math.sqrt(sum(g.square().sum().item() for g in exact.values()))
    summaries = []
    for key, gradient in list(exact.items())[:: case.every]:
        flat = gradient.flatten().numpy()
        chosen = lcg.indices(recipes[key].seed, min(samples, flat.size), flat.size)
        norm = gradient.norm().item()
        summaries.append({
            "name": key,
            "norm": norm if norm > 1e-12 * whole else 0.0,
            "dots": [(flat * lcg.signs(seed, flat.size)).sum() for seed in SIGN_SEEDS],
            "indices": chosen,
            "values": flat[chosen],
            "float32Distance": max((single[key].double() - gradient).norm().item() for single in singles),
        })
    network.float().eval()
    return {
        "config": case.config,
        **({"resized": case.resized} if case.resized else {}),
        "images": images_recipe,
        "direction": direction_recipe,
        "features": features.numpy(),
        "logits": None if logits is None else logits.numpy(),
        "float32Error": ((results[torch.float32, "default"][0] - features).norm() / features.norm()).item(),
        "signSeeds": list(SIGN_SEEDS),
        "gradientNorm": whole,
        "gradients": summaries,
        "running": [
            {"name": key, "dots": [(value.numpy() * lcg.signs(seed, value.numel())).sum() for seed in SIGN_SEEDS], "norm": value.norm().item()}
            for key, value in after.items()
        ],
        "tensors": [{"name": key, **recipe.json()} for key, recipe in recipes.items()],
    }


def stored_tensors(network) -> dict:
    """The tensors by the names that the library writes into files."""
    if not hasattr(network, "save_pretrained") or not hasattr(network, "config"):
        return dict(network.state_dict())
    from safetensors.torch import load_file

    with tempfile.TemporaryDirectory() as folder:
        network.save_pretrained(folder)
        return load_file(f"{folder}/model.safetensors")


def loaded(network, tensors: dict):
    if not hasattr(network, "save_pretrained") or not hasattr(network, "config"):
        network.load_state_dict(tensors)
        return network
    from safetensors.torch import save_file

    with tempfile.TemporaryDirectory() as folder:
        network.save_pretrained(folder)
        save_file(tensors, f"{folder}/model.safetensors", metadata={"format": "pt"})
        return type(network).from_pretrained(folder)


def places_of(stored: dict, network) -> dict[str, list[str]]:
    """For each tensor of a file, the network's that it became, by content: one, or two in a row."""
    state = {key: value for key, value in network.state_dict().items() if value.is_floating_point()}
    places = {}
    for key, tensor in stored.items():
        same = lambda *parts: sum(p.shape[0] for p in parts) == tensor.shape[0] and torch.equal(torch.cat(parts), tensor)
        if not tensor.is_floating_point() or tensor.ndim == 0:
            continue
        found = [[name] for name, value in state.items() if value.shape == tensor.shape and torch.equal(value, tensor)]
        if not found:
            halves = {n: v for n, v in state.items() if v.shape[1:] == tensor.shape[1:] and 2 * v.shape[0] == tensor.shape[0]}
            found = [[a, b] for a, x in halves.items() for b, y in halves.items() if same(x, y)]
        assert len(found) == 1, (key, found)
        places[key] = found[0]
    return places


def best_images(name: str, case: Case, tries: int) -> lcg.Recipe:
    """Of several, the images that keep every activation's input farthest from its kinks, where gradients jump."""
    kinked = [(module, KINKS[type(module).__name__]) for module in case.network.modules() if type(module).__name__ in KINKS]
    recipes = [lcg.named(f"{name}/images/{i}", (2, 3, case.side, case.side), 1.5) for i in range(tries if kinked else 1)]
    if len(recipes) == 1:
        return recipes[0]

    def margin(recipe: lcg.Recipe) -> float:
        smallest = [math.inf]

        def watch(kinks: tuple) -> Callable:
            return lambda _, inputs: smallest.extend((inputs[0].detach() - kink).abs().min().item() for kink in kinks)

        handles = [module.register_forward_pre_hook(watch(kinks)) for module, kinks in kinked]
        case.network.double().train()
        before = {key: value.clone() for key, value in case.network.state_dict().items()}
        case.features(case.network, torch.from_numpy(recipe.array()).double())
        case.network.load_state_dict(before)
        for handle in handles:
            handle.remove()
        return min(smallest)

    best = max(recipes, key=margin)
    case.network.float()
    return best


def torchvision_resnet(network, side: int) -> Case:
    body = lambda net, x: torch.flatten(
        net.avgpool(net.layer4(net.layer3(net.layer2(net.layer1(net.maxpool(net.relu(net.bn1(net.conv1(x))))))))), 1
    )
    return Case(network, None, side, body, lambda net, x: net(x))


def torchvision_vit(network, side: int) -> Case:
    def body(net, x):
        x = net._process_input(x)
        x = torch.cat([net.class_token.expand(x.shape[0], -1, -1), x], dim=1)
        return net.encoder(x)[:, 0]

    return Case(network, None, side, body, lambda net, x: net(x))


def torchvision_features(network, side: int) -> Case:
    """A network of `features`, an average and a classifier: what enters its last layer. Nothing is dropped at random."""
    for module in network.modules():
        if isinstance(module, (torch.nn.Dropout, StochasticDepth)):
            module.p = 0.0

    def body(net, x):
        pooled = net.avgpool(net.features(x))
        if not isinstance(net.classifier[0], torch.nn.LayerNorm):  # which is of maps
            pooled = torch.flatten(pooled, 1)
        return torch.flatten(net.classifier[:-1](pooled), 1)

    return Case(network, None, side, body, lambda net, x: net(x))


def timm_case(network, side: int, architecture: str, args: dict | None = None) -> Case:
    config = {
        "architecture": architecture,
        "num_classes": network.num_classes,
        "model_args": args or {},
        "pretrained_cfg": {"input_size": [3, side, side], "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "crop_pct": 0.9},
    }
    pool = getattr(network, "global_pool", None)
    if isinstance(pool, str):
        config["global_pool"] = pool

    def body(net, x):
        y = net.forward_features(x)
        if hasattr(net, "head_dist"):  # each of two classifiers sees its token
            return torch.cat([y[:, 0], y[:, 1]], dim=1)
        return net.forward_head(y, pre_logits=True)

    return Case(network, config, side, body, (lambda net, x: net(x)) if network.num_classes > 0 else None)


def timm_model(build: Callable, architecture: str, side: int, **args) -> Case:
    """A small variant of one of timm's, with the arguments that its config.json gives."""
    return timm_case(build(num_classes=5, **args), side, architecture, args)


def transformers_config(network) -> dict:
    return json.loads(network.config.to_json_string(use_diff=False))


def hooked(module_of: Callable, **options) -> Callable:
    """The input of a layer."""

    def body(net, x):
        kept = []
        handle = module_of(net).register_forward_pre_hook(lambda _, inputs: kept.append(inputs[0]))
        net(pixel_values=x, **options)
        handle.remove()
        return torch.flatten(kept[0], 1)

    return body


def transformers_case(network, side: int, features: Callable, classifies: bool = True) -> Case:
    logits = (lambda net, x: net(pixel_values=x).logits) if classifies else None
    return Case(network, transformers_config(network), side, features, logits)


def small() -> dict[str, Callable[[], Case]]:
    import timm.models.convnext as N
    import timm.models.efficientnet as E
    import timm.models.mobilenetv3 as M
    import timm.models.resnet as R
    import timm.models.vision_transformer as V
    import torchvision.models.convnext as TN
    import torchvision.models.efficientnet as TE
    import torchvision.models.mobilenetv3 as TM
    import torchvision.models.vision_transformer as TV
    import transformers as T
    from timm.layers import get_act_layer

    widths = dict(channels=(8, 16, 24, 32), num_classes=5)

    def se_d():
        net = R.ResNet(R.Bottleneck, [1, 2, 1, 1], stem_width=8, stem_type="deep", avg_down=True, block_args=dict(attn_layer="se"), **widths)
        return timm_case(net, 128, "seresnet26d")

    def next_():
        net = R.ResNet(R.Bottleneck, [1, 1, 1, 1], cardinality=4, base_width=32, **widths)
        return timm_case(net, 128, "resnext14_4x4d")

    def microsoft(kind: str):
        config = T.ResNetConfig(embedding_size=64, hidden_sizes=[16, 32, 48, 64], depths=[1, 1, 1, 1], layer_type=kind, num_labels=5)
        net = T.ResNetForImageClassification(config)
        return transformers_case(net, 128, hooked(lambda n: n.classifier[1]))

    def clip_resnet():
        from clip_resnet import ClipResNet, Visual

        net = Visual(ClipResNet(96, 8, [8, 8, 16, 32], [1, 2, 1, 1], 2, 10))
        return Case(net, None, 96, lambda n, x: n(x))

    def clip_resnet_timm(trained: int, side: int, **more):
        from dataclasses import replace as changed

        from timm.models.byobnet import ByoBlockCfg, ByobNet, model_cfgs

        blocks = [ByoBlockCfg(type="bottle", d=d, c=c, s=s, br=0.25) for d, c, s in ((1, 32, 1), (2, 32, 2), (1, 64, 2), (1, 128, 2))]
        net = ByobNet(changed(model_cfgs["resnet50_clip"], blocks=blocks, stem_chs=(4, 4, 8)), num_classes=10, img_size=trained)
        return replace(timm_case(net, side, "resnet50_clip"), features=lambda n, x: n(x), logits=None, **more)

    def clip_resnet_average():
        from dataclasses import replace as changed

        from timm.models.byobnet import ByoBlockCfg, ByobNet, model_cfgs

        blocks = [ByoBlockCfg(type="bottle", d=1, c=c, s=s, br=0.25) for c, s in ((32, 1), (32, 2), (64, 2), (128, 2))]
        net = ByobNet(changed(model_cfgs["resnet50_clip_gap"], blocks=blocks, stem_chs=(4, 4, 8)), num_classes=5)
        return replace(timm_case(net, 96, "resnet50_clip_gap"), samples=4)

    def vit_torchvision():
        net = TV.VisionTransformer(image_size=32, patch_size=8, num_layers=2, num_heads=3, hidden_dim=192, mlp_dim=64, num_classes=5)
        return torchvision_vit(net, 32)

    def vit_timm(architecture: str, side: int = 32, **args):
        shape = dict(img_size=32, patch_size=8, embed_dim=48, depth=2, num_heads=3, num_classes=5) | args
        return timm_case(V.VisionTransformer(**shape), side, architecture, dict(num_heads=3))

    def timm_resized():
        net = V.VisionTransformer(img_size=32, patch_size=8, embed_dim=48, depth=2, num_heads=3, num_classes=5, reg_tokens=2, dynamic_img_size=True)
        return replace(timm_case(net, 48, "vit_tiny_patch8_reg2_32", dict(num_heads=3)), resized="pos_embed")

    def vit_distilled():
        from timm.models.deit import VisionTransformerDistilled

        net = VisionTransformerDistilled(img_size=32, patch_size=8, embed_dim=48, depth=2, num_heads=3, num_classes=5)
        return timm_case(net, 32, "deit_tiny_distilled_patch8_32", dict(num_heads=3))

    sizes = dict(hidden_size=48, num_hidden_layers=2, num_attention_heads=4, image_size=32, patch_size=8, num_labels=5)

    def vit_transformers(kind: str = "ViT"):
        net = getattr(T, f"{kind}ForImageClassification")(getattr(T, f"{kind}Config")(intermediate_size=64, **sizes))
        return transformers_case(net, 32, hooked(lambda n: n.classifier))

    def deit_transformers():
        net = T.DeiTForImageClassificationWithTeacher(T.DeiTConfig(intermediate_size=64, **sizes))

        def body(n, x):
            tokens = n.deit(pixel_values=x)[0]
            return torch.cat([tokens[:, 0], tokens[:, 1]], dim=1)

        return transformers_case(net, 32, body)

    def dino_transformers(**more):
        net = T.Dinov2ForImageClassification(T.Dinov2Config(mlp_ratio=2, **sizes, **more))
        return transformers_case(net, 32, hooked(lambda n: n.classifier))

    def dino_registers():
        net = T.Dinov2WithRegistersForImageClassification(T.Dinov2WithRegistersConfig(mlp_ratio=2, num_register_tokens=3, **sizes))
        return transformers_case(net, 32, hooked(lambda n: n.classifier))

    def dino_resized():
        net = T.Dinov2WithRegistersForImageClassification(T.Dinov2WithRegistersConfig(mlp_ratio=2, num_register_tokens=3, **sizes | dict(image_size=48)))
        return replace(transformers_case(net, 24, hooked(lambda n: n.classifier)), resized="dinov2_with_registers.embeddings.position_embeddings")

    def vit_resized():
        net = T.ViTForImageClassification(T.ViTConfig(intermediate_size=64, **sizes))
        options = dict(interpolate_pos_encoding=True)
        case = transformers_case(net, 56, hooked(lambda n: n.classifier, **options))
        logits = lambda n, x: n(pixel_values=x, **options).logits
        return replace(case, logits=logits, resized="vit.embeddings.position_embeddings")

    def dino_authors(registers: int, **more):
        from dinov2 import Dino

        # The width tells the number of heads, where there is no configuration.
        net = Dino(registers, img_size=32, patch_size=8, depth=1, mlp_ratio=0.5, **dict(embed_dim=192, num_heads=3) | more)
        return Case(net, None, 32, lambda n, x: n(x), samples=4)

    def deit_single():
        net = T.DeiTForImageClassification(T.DeiTConfig(intermediate_size=64, **sizes))
        return transformers_case(net, 32, hooked(lambda n: n.classifier))

    def clip_transformers():
        config = T.CLIPVisionConfig(intermediate_size=64, projection_dim=24, **sizes)
        net = T.CLIPVisionModelWithProjection(config)
        return transformers_case(net, 32, lambda n, x: n(pixel_values=x).image_embeds, classifies=False)

    def convnext_timm(architecture: str, **args):
        shape = dict(depths=(1, 1, 2, 1), dims=(8, 12, 16, 24)) | args
        return timm_model(N.ConvNeXt, architecture, 64, **shape)

    def convnext_torchvision():
        stages = [TN.CNBlockConfig(8, 12, 1), TN.CNBlockConfig(12, 16, 1), TN.CNBlockConfig(16, 24, 2), TN.CNBlockConfig(24, None, 1)]
        return torchvision_features(TN.ConvNeXt(stages, num_classes=5), 64)

    def convnext_transformers(version: str, **more):
        config = getattr(T, f"ConvNext{version}Config")(hidden_sizes=[8, 12, 16, 24], depths=[1, 1, 2, 1], num_labels=5, **more)
        net = getattr(T, f"ConvNext{version}ForImageClassification")(config)
        return transformers_case(net, 64, hooked(lambda n: n.classifier))

    def mobile_timm(architecture: str, kind: Callable, blocks: str, activation: str, epsilon: float = 1e-5, **more):
        net = kind(
            block_args=E.decode_arch_def([[block] for block in blocks.split()]), num_classes=5, stem_size=8, num_features=24,
            act_layer=get_act_layer(activation), norm_layer=partial(torch.nn.BatchNorm2d, eps=epsilon), **more,
        )
        return replace(timm_case(net, 128, architecture), samples=4)

    efficient = "ds_r1_k3_s1_e1_c8{se} ir_r1_k3_s2_e2_c8{se} ir_r1_k5_s2_e2_c16{se} ir_r1_k3_s2_e2_c16{se} ir_r1_k5_s1_e2_c16{se} ir_r1_k5_s2_e2_c24{se} ir_r1_k3_s1_e2_c24{se}"
    small_v3 = "ds_r1_k3_s2_e1_c8_se0.25_nre ir_r1_k3_s2_e2_c8_nre ir_r1_k5_s2_e2_c16_se0.25 ir_r1_k5_s1_e2_c16_se0.25 ir_r1_k5_s2_e2_c24_se0.25 cn_r1_k1_s1_c32"
    squeeze_v3 = partial(E.SqueezeExcite, gate_layer="hard_sigmoid", force_act_layer=torch.nn.ReLU, rd_round_fn=E.round_channels)

    def efficientnet_torchvision():
        one = lambda *shape: TE.MBConvConfig(*shape, 1, width_mult=1, depth_mult=1)
        stages = [one(1, 3, 1, 8, 8), one(2, 3, 2, 8, 8), one(2, 5, 2, 8, 16), one(2, 3, 2, 16, 16), one(2, 5, 1, 16, 16), one(2, 5, 2, 16, 24), one(2, 3, 1, 24, 24)]
        return replace(torchvision_features(TE.EfficientNet(stages, dropout=0.2, num_classes=5), 128), samples=4)

    def mobilenet_v3_torchvision():
        one = lambda before, kernel, hidden, out, squeezed, act, stride: TM.InvertedResidualConfig(before, kernel, hidden, out, squeezed, act, stride, 1, 1)
        blocks = [one(8, 3, 8, 8, True, "RE", 2), one(8, 3, 16, 8, False, "RE", 2), one(8, 3, 16, 8, False, "RE", 1)]
        blocks += [one(8, 5, 16, 8, True, "HS", 2)] + 4 * [one(8, 5, 16, 8, True, "HS", 1)]
        blocks += [one(8, 5, 16, 8, True, "HS", 2)] + 2 * [one(8, 5, 16, 8, True, "HS", 1)]
        return replace(torchvision_features(TM.MobileNetV3(blocks, last_channel=16, num_classes=5), 128), samples=4, every=2)

    def mobile_transformers(network, config):
        # transformers gives torch the decay of TensorFlow in the place of 1 - decay.
        momentum = 0.003 if config.model_type == "mobilenet_v2" else 0.01
        case = transformers_case(network(config), config.image_size, hooked(lambda n: n.classifier))
        return replace(case, samples=4, every=9, momentum=momentum)

    def mobilenet_v2_transformers():
        return mobile_transformers(T.MobileNetV2ForImageClassification, T.MobileNetV2Config(depth_multiplier=0.35, finegrained_output=False, classifier_dropout_prob=0.0, image_size=128, num_labels=5))

    def efficientnet_transformers():
        config = T.EfficientNetConfig(width_coefficient=0.5, depth_coefficient=1.0, hidden_dim=640, dropout_rate=0.0, drop_connect_rate=0.0, image_size=160, num_labels=5)
        return mobile_transformers(T.EfficientNetForImageClassification, config)

    def siglip_transformers():
        net = T.SiglipVisionModel(T.SiglipVisionConfig(intermediate_size=64, **sizes))
        return transformers_case(net, 32, lambda n, x: n(pixel_values=x).pooler_output, classifies=False)

    def flat_patches(x, patch: int = 8) -> dict:
        from transformers.models.siglip2.image_processing_siglip2 import convert_image_to_patches

        rows = torch.stack([convert_image_to_patches(image, patch) for image in x])
        side = x.shape[-1] // patch
        return dict(pixel_values=rows, pixel_attention_mask=torch.ones(rows.shape[:2], dtype=torch.int32), spatial_shapes=torch.tensor([[side, side]] * len(x)))

    siglip2 = dict(hidden_size=48, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, patch_size=8)

    def siglip2_transformers(patches: int, **more):
        net = T.Siglip2VisionModel(T.Siglip2VisionConfig(num_patches=patches, **siglip2))
        case = transformers_case(net, 32, lambda n, x: n(**flat_patches(x)).pooler_output, classifies=False)
        return replace(case, **more)

    def siglip2_classifier():
        net = T.Siglip2ForImageClassification(T.Siglip2Config(vision_config=dict(num_patches=16, **siglip2), num_labels=5))

        def body(n, x):
            kept = []
            handle = n.classifier.register_forward_pre_hook(lambda _, inputs: kept.append(inputs[0]))
            n(**flat_patches(x))
            handle.remove()
            return kept[0]

        return replace(transformers_case(net, 32, body), logits=lambda n, x: n(**flat_patches(x)).logits)

    def siglip_cut():
        # Images of four patches and a half a side: the half is left out.
        net = T.SiglipVisionModel(T.SiglipVisionConfig(intermediate_size=64, **sizes | dict(image_size=36)))
        return transformers_case(net, 36, lambda n, x: n(pixel_values=x).pooler_output, classifies=False)

    def classifier_transformers(network, config):
        net = network(config(vision_config=dict(intermediate_size=64, **sizes), num_labels=5))
        return transformers_case(net, 32, hooked(lambda n: n.classifier))

    def clip_tower():
        net = T.CLIPVisionModel(T.CLIPVisionConfig(intermediate_size=64, **sizes))
        return transformers_case(net, 32, lambda n, x: n(pixel_values=x).pooler_output, classifies=False)

    def open_clip(vision: dict, **more):
        from open_clip.model import CLIP

        vision = dict(image_size=32, layers=2, width=128, patch_size=8) | vision
        text = dict(context_length=4, vocab_size=8, width=64, heads=1, layers=1)
        net = CLIP(24, vision, text, **more)
        fields = dict(embed_dim=24, vision_cfg=vision, text_cfg=text, **more)
        config = dict(model_cfg=fields, preprocess_cfg=dict(mean=[0.5] * 3, std=[0.25] * 3))
        return Case(net, config, vision["image_size"], lambda n, x: n.encode_image(x))

    def open_clip_timm():
        from clip_resnet import Visual

        shape = dict(img_size=32, patch_size=8, embed_dim=192, depth=1, num_heads=3, num_classes=0)
        net = torch.nn.Module()
        net.trunk = V.VisionTransformer(class_token=False, global_pool="map", act_layer="gelu_tanh", **shape)
        net.forward = net.trunk.forward
        vision = dict(image_size=32, timm_model_name="vit_base_patch32_siglip_256", timm_pool="map", timm_proj="none")
        return Case(Visual(net), dict(model_cfg=dict(vision_cfg=vision)), 32, lambda n, x: n(x))

    return {
        "resnet-timm-se-d": se_d,
        "resnet-timm-next": next_,
        "resnet-transformers-bottleneck": lambda: microsoft("bottleneck"),
        "resnet-transformers-basic": lambda: microsoft("basic"),
        "clip-resnet": clip_resnet,
        "clip-resnet-timm": lambda: clip_resnet_timm(96, 96),
        "clip-resnet-timm-resized": lambda: clip_resnet_timm(64, 96, resized="head.pos_embed"),
        "clip-resnet-average": clip_resnet_average,
        "vit-torchvision": vit_torchvision,
        "vit-timm": lambda: vit_timm("vit_tiny_patch8_32"),
        "vit-timm-average": lambda: vit_timm("vit_tiny_patch8_gap_32", global_pool="avg", class_token=False),
        "vit-timm-options": lambda: vit_timm("vit_small_patch8_reg4_dinov2", qk_norm=True, init_values=0.1, reg_tokens=4, no_embed_class=True),
        "vit-timm-clip": lambda: vit_timm("vit_tiny_patch8_clip_quickgelu_32", pre_norm=True, act_layer="quick_gelu", norm_layer=partial(torch.nn.LayerNorm, eps=1e-5)),
        "vit-timm-distilled": vit_distilled,
        "vit-transformers": vit_transformers,
        "vit-transformers-msn": lambda: vit_transformers("ViTMSN"),
        "vit-transformers-distilled": deit_transformers,
        "dino-transformers": dino_transformers,
        "dino-transformers-swiglu": lambda: dino_transformers(use_swiglu_ffn=True),
        "dino-transformers-registers": dino_registers,
        "dino-authors-registers": lambda: dino_authors(3),
        "dino-authors-giant": lambda: dino_authors(0, giant=True),
        "vit-transformers-single": deit_single,
        "vit-timm-resized": timm_resized,
        "vit-transformers-resized": vit_resized,
        "dino-transformers-resized": dino_resized,
        "clip-transformers": clip_transformers,
        "mobilenet-v2-timm": lambda: mobile_timm("mobilenetv2_100", E.EfficientNet, efficient.format(se="").replace("k5", "k3"), "relu6"),
        "mobilenet-v3-timm": lambda: mobile_timm("mobilenetv3_small_100", M.MobileNetV3, small_v3, "hard_swish", se_layer=squeeze_v3),
        "mobilenet-v3-torchvision": mobilenet_v3_torchvision,
        "efficientnet-timm": lambda: mobile_timm("tf_efficientnet_b0", E.EfficientNet, efficient.format(se="_se0.25"), "swish", 1e-3, pad_type="same"),
        "efficientnet-timm-lite": lambda: mobile_timm("efficientnet_lite0", E.EfficientNet, efficient.format(se=""), "relu6"),
        "efficientnet-torchvision": efficientnet_torchvision,
        "mobilenet-v2-transformers": mobilenet_v2_transformers,
        "efficientnet-transformers": efficientnet_transformers,
        "convnext-timm": lambda: convnext_timm("convnext_tiny", act_layer="gelu_tanh", norm_eps=1e-5),
        "convnext-timm-overlap": lambda: convnext_timm("convnext_atto_ols", conv_mlp=True, stem_type="overlap_tiered", head_norm_first=True),
        "convnext-timm-hidden": lambda: convnext_timm("convnext_large_mlp", head_hidden_size=20, kernel_sizes=(7, 5, 5, 3)),
        "convnext-timm-v2": lambda: convnext_timm("convnextv2_atto", conv_mlp=True, use_grn=True, ls_init_value=None),
        "convnext-torchvision": convnext_torchvision,
        "convnext-transformers": lambda: convnext_transformers(""),
        "convnext-transformers-v2": lambda: convnext_transformers("V2", layer_norm_eps=1e-3),
        "openclip-quick": lambda: open_clip({}, quick_gelu=True),
        "openclip-options": lambda: open_clip(dict(ls_init_value=0.1, head_width=32, pool_type="avg", norm_kwargs=dict(eps=1e-6), act_kwargs=dict(approximate="tanh"))),
        "openclip-resnet": lambda: open_clip(dict(image_size=96, layers=[1, 2, 1, 1], width=8, head_width=32)),
        "openclip-timm": open_clip_timm,
        "clip-transformers-tower": clip_tower,
        "clip-transformers-classifier": lambda: classifier_transformers(T.CLIPForImageClassification, T.CLIPConfig),
        "siglip-transformers": siglip_transformers,
        "siglip-transformers-classifier": lambda: classifier_transformers(T.SiglipForImageClassification, T.SiglipConfig),
        "siglip-transformers-cut": siglip_cut,
        "siglip2-transformers": lambda: siglip2_transformers(16),
        "siglip2-transformers-resized": lambda: siglip2_transformers(36, resized="embeddings.position_embedding.weight"),
        "siglip2-transformers-classifier": siglip2_classifier,
        "siglip-timm": lambda: vit_timm("vit_base_patch16_siglip_224", class_token=False, global_pool="map"),
        "siglip-timm-tanh": lambda: vit_timm("vit_base_patch32_siglip_256", class_token=False, global_pool="map", act_layer="gelu_tanh"),
    }


def full() -> dict[str, Callable[[], Case]]:
    import timm
    import torchvision.models as M
    import transformers as T

    def tv(name: str):
        case = torchvision_vit if name.startswith("vit") else torchvision_resnet if "resne" in name else torchvision_features
        return lambda: case(getattr(M, name)(weights=None), 224)

    def tm(name: str, **args):
        def make():
            net = timm.create_model(name, pretrained=False, **args)
            return timm_case(net, net.pretrained_cfg["input_size"][1], name)

        return make

    def tr(make: Callable, layer: Callable):
        return lambda: transformers_case(make(), 224, hooked(layer))

    clip = lambda: transformers_case(
        T.CLIPVisionModelWithProjection(T.CLIPVisionConfig(projection_dim=512)), 224, lambda n, x: n(pixel_values=x).image_embeds, False
    )
    cases = {f"torchvision-{name}": tv(name) for name in ("resnet18", "resnet34", "resnet50", "resnet101", "wide_resnet50_2", "resnext50_32x4d", "vit_b_16", "vit_b_32", "convnext_tiny", "mobilenet_v3_large", "mobilenet_v3_small", "efficientnet_b0", "efficientnet_b1", "efficientnet_b5")}
    for name in (
        "resnet18", "resnet26d", "resnet26t", "resnet50", "resnet50c", "resnet50s", "resnet50d", "seresnet50", "seresnext50_32x4d", "seresnext26d_32x4d",
        "wide_resnet50_2", "resnext50d_32x4d", "vit_tiny_patch16_224", "vit_small_patch16_224", "vit_small_patch32_224", "vit_base_patch32_224",
        "deit_tiny_patch16_224", "deit_small_distilled_patch16_224", "deit3_small_patch16_224", "vit_small_patch14_dinov2", "vit_small_patch14_reg4_dinov2",
        "vit_base_patch32_clip_224", "vit_base_patch32_clip_quickgelu_224", "vit_base_patch16_gap_224", "vit_medium_patch16_reg4_gap_256",
        "convnext_atto_ols", "convnext_nano_ols", "convnext_tiny", "convnext_tiny_hnf", "convnextv2_atto", "convnextv2_nano", "convnextv2_tiny", "mobilenetv2_050", "mobilenetv2_100", "mobilenetv2_110d", "mobilenetv3_large_100", "mobilenetv3_small_075",
        "tf_mobilenetv3_large_100", "tf_mobilenetv3_large_minimal_100", "tf_mobilenetv3_small_minimal_100", "efficientnet_b0", "efficientnet_b1", "tf_efficientnet_b0", "tf_efficientnet_lite0",
        "vit_base_patch16_siglip_224",
    ):
        if timm.is_model(name):
            cases[f"timm-{name}"] = tm(name)
    cases |= {
        "transformers-resnet-18": tr(lambda: T.ResNetForImageClassification(T.ResNetConfig(hidden_sizes=[64, 128, 256, 512], depths=[2, 2, 2, 2], layer_type="basic", num_labels=1000)), lambda n: n.classifier[1]),
        "transformers-resnet-50": tr(lambda: T.ResNetForImageClassification(T.ResNetConfig(num_labels=1000)), lambda n: n.classifier[1]),
        "transformers-vit-base": tr(lambda: T.ViTForImageClassification(T.ViTConfig(num_labels=1000)), lambda n: n.classifier),
        "transformers-dinov2-small": tr(lambda: T.Dinov2ForImageClassification(T.Dinov2Config(hidden_size=384, num_attention_heads=6, image_size=224, patch_size=14, num_labels=10)), lambda n: n.classifier),
        "timm-resnet50_clip": lambda: replace(tm("resnet50_clip")(), features=lambda n, x: n(x), logits=None),
        "transformers-clip-base-32": clip,
        "transformers-convnext-tiny": tr(lambda: T.ConvNextForImageClassification(T.ConvNextConfig(num_labels=1000)), lambda n: n.classifier),
        "transformers-convnextv2-tiny": tr(lambda: T.ConvNextV2ForImageClassification(T.ConvNextV2Config(num_labels=1000)), lambda n: n.classifier),
        "transformers-siglip-base": lambda: transformers_case(T.SiglipVisionModel(T.SiglipVisionConfig()), 224, lambda n, x: n(pixel_values=x).pooler_output, False),
    }
    return cases


def main() -> None:
    torch.manual_seed(0)
    if sys.argv[1:2] != ["full"]:
        wanted = sys.argv[1:]
        for name, make in small().items():
            if not wanted or name in wanted:
                golden.write(f"backbone-{name}", reference(name, make(), kernels=True))
        return
    from safetensors.torch import save_file

    folder, wanted = Path(sys.argv[2]), sys.argv[3:]
    for name, make in full().items():
        if wanted and not any(part in name for part in wanted):
            continue
        case = make()
        content = reference(name, case, samples=64, tries=1, kernels=True)
        target = folder / name
        target.mkdir(parents=True, exist_ok=True)
        if case.config is not None and "model_type" in case.config:
            case.network.save_pretrained(target)
        else:
            save_file({key: value.contiguous() for key, value in case.network.state_dict().items()}, target / "model.safetensors")
        if case.config is not None:
            (target / "config.json").write_text(json.dumps(case.config))
        if case.config is not None and "model_type" in case.config:
            (target / "preprocessor_config.json").write_text(json.dumps({"size": {"height": case.side, "width": case.side}}))
        del content["tensors"]
        (target / "reference.json").write_text(json.dumps({key: golden._plain(value) for key, value in content.items()}))
        print(name, flush=True)


if __name__ == "__main__":
    main()
