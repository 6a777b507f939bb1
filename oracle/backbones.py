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

import golden
import lcg

SIGN_SEEDS = (101, 202, 303, 404)
SAMPLES = 8


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


def recipe_of(name: str, tensor: torch.Tensor) -> lcg.Recipe:
    shape = tuple(tensor.shape)
    if name.endswith("running_var"):
        return lcg.named(name, shape, 0.3, 1.0)
    if tensor.ndim < 2:
        scales = name.endswith((".weight", "gamma", "lambda1")) or name in ("weight", "layer_scale")
        return lcg.named(name, shape, 0.2, 1.0) if scales else lcg.named(name, shape, 0.2)
    fan_in = tensor[0].numel() if tensor.ndim != 3 else 12
    return lcg.named(name, shape, math.sqrt(3 / fan_in))


def reference(name: str, case: Case, samples: int = SAMPLES) -> dict:
    stored = stored_tensors(case.network)
    recipes = {key: recipe_of(key, tensor) for key, tensor in stored.items() if tensor.is_floating_point()}
    filled = {key: torch.from_numpy(recipes[key].array()) if key in recipes else tensor for key, tensor in stored.items()}
    network = case.network = loaded(case.network, filled)
    places = places_of(filled, network)
    images_recipe = best_images(name, case)
    images = torch.from_numpy(images_recipe.array())
    results = {}
    for dtype in (torch.float32, torch.float64):
        network.to(dtype).eval()
        with torch.no_grad():
            features = case.features(network, images.to(dtype))
            logits = case.logits(network, images.to(dtype)) if case.logits else None
        direction_recipe = lcg.named(f"{name}/direction", tuple(features.shape))
        direction = torch.from_numpy(direction_recipe.array()).to(dtype)
        before = {key: value.clone() for key, value in network.state_dict().items()}
        network.train()
        network.zero_grad()
        (case.features(network, images.to(dtype)) * direction).sum().backward()
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
        results[dtype] = (features, logits, gradients, after)
    features, logits, exact, after = results[torch.float64]
    single = results[torch.float32][2]
    whole = math.sqrt(sum(g.square().sum().item() for g in exact.values()))
    summaries = []
    for key, gradient in exact.items():
        flat = gradient.flatten().numpy()
        chosen = lcg.indices(recipes[key].seed, min(samples, flat.size), flat.size)
        norm = gradient.norm().item()
        summaries.append({
            "name": key,
            "norm": norm if norm > 1e-12 * whole else 0.0,
            "dots": [(flat * lcg.signs(seed, flat.size)).sum() for seed in SIGN_SEEDS],
            "indices": chosen,
            "values": flat[chosen],
            "float32Distance": (single[key].double() - gradient).norm().item(),
        })
    network.float().eval()
    return {
        "config": case.config,
        **({"resized": case.resized} if case.resized else {}),
        "images": images_recipe,
        "direction": direction_recipe,
        "features": features.numpy(),
        "logits": None if logits is None else logits.numpy(),
        "float32Error": ((results[torch.float32][0] - features).norm() / features.norm()).item(),
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


def best_images(name: str, case: Case) -> lcg.Recipe:
    """Of several, the images that keep every ReLU's input farthest from its kink, where gradients jump."""
    relus = [module for module in case.network.modules() if isinstance(module, torch.nn.ReLU)]
    recipes = [lcg.named(f"{name}/images/{i}", (2, 3, case.side, case.side), 1.5) for i in range(12 if relus else 1)]

    def margin(recipe: lcg.Recipe) -> float:
        smallest = [math.inf]
        watch = lambda _, inputs: smallest.append(inputs[0].detach().abs().min().item())
        handles = [relu.register_forward_pre_hook(watch) for relu in relus]
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
    import timm.models.resnet as R
    import timm.models.vision_transformer as V
    import torchvision.models.vision_transformer as TV
    import transformers as T

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

    def vit_transformers():
        net = T.ViTForImageClassification(T.ViTConfig(intermediate_size=64, **sizes))
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

    def clip_transformers():
        config = T.CLIPVisionConfig(intermediate_size=64, projection_dim=24, **sizes)
        net = T.CLIPVisionModelWithProjection(config)
        return transformers_case(net, 32, lambda n, x: n(pixel_values=x).image_embeds, classifies=False)

    def siglip_transformers():
        net = T.SiglipVisionModel(T.SiglipVisionConfig(intermediate_size=64, **sizes))
        return transformers_case(net, 32, lambda n, x: n(pixel_values=x).pooler_output, classifies=False)

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
        "vit-torchvision": vit_torchvision,
        "vit-timm": lambda: vit_timm("vit_tiny_patch8_32"),
        "vit-timm-average": lambda: vit_timm("vit_tiny_patch8_gap_32", global_pool="avg", class_token=False),
        "vit-timm-options": lambda: vit_timm("vit_small_patch8_reg4_dinov2", qk_norm=True, init_values=0.1, reg_tokens=4, no_embed_class=True),
        "vit-timm-clip": lambda: vit_timm("vit_tiny_patch8_clip_quickgelu_32", pre_norm=True, act_layer="quick_gelu", norm_layer=partial(torch.nn.LayerNorm, eps=1e-5)),
        "vit-timm-distilled": vit_distilled,
        "vit-transformers": vit_transformers,
        "vit-transformers-distilled": deit_transformers,
        "dino-transformers": dino_transformers,
        "dino-transformers-swiglu": lambda: dino_transformers(use_swiglu_ffn=True),
        "dino-transformers-registers": dino_registers,
        "vit-timm-resized": timm_resized,
        "vit-transformers-resized": vit_resized,
        "dino-transformers-resized": dino_resized,
        "clip-transformers": clip_transformers,
        "openclip-quick": lambda: open_clip({}, quick_gelu=True),
        "openclip-options": lambda: open_clip(dict(ls_init_value=0.1, head_width=32, pool_type="avg", norm_kwargs=dict(eps=1e-6), act_kwargs=dict(approximate="tanh"))),
        "openclip-resnet": lambda: open_clip(dict(image_size=96, layers=[1, 2, 1, 1], width=8, head_width=32)),
        "openclip-timm": open_clip_timm,
        "clip-transformers-tower": clip_tower,
        "clip-transformers-classifier": lambda: classifier_transformers(T.CLIPForImageClassification, T.CLIPConfig),
        "siglip-transformers": siglip_transformers,
        "siglip-transformers-classifier": lambda: classifier_transformers(T.SiglipForImageClassification, T.SiglipConfig),
        "siglip-timm": lambda: vit_timm("vit_base_patch16_siglip_224", class_token=False, global_pool="map"),
        "siglip-timm-tanh": lambda: vit_timm("vit_base_patch32_siglip_256", class_token=False, global_pool="map", act_layer="gelu_tanh"),
    }


def full() -> dict[str, Callable[[], Case]]:
    import timm
    import torchvision.models as M
    import transformers as T

    def tv(name: str):
        return lambda: (torchvision_vit if name.startswith("vit") else torchvision_resnet)(getattr(M, name)(weights=None), 224)

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
    cases = {f"torchvision-{name}": tv(name) for name in ("resnet18", "resnet34", "resnet50", "resnet101", "wide_resnet50_2", "resnext50_32x4d", "vit_b_16", "vit_b_32")}
    for name in (
        "resnet18", "resnet26d", "resnet26t", "resnet50", "resnet50c", "resnet50s", "resnet50d", "seresnet50", "seresnext50_32x4d", "seresnext26d_32x4d",
        "wide_resnet50_2", "resnext50d_32x4d", "vit_tiny_patch16_224", "vit_small_patch16_224", "vit_small_patch32_224", "vit_base_patch32_224",
        "deit_tiny_patch16_224", "deit_small_distilled_patch16_224", "deit3_small_patch16_224", "vit_small_patch14_dinov2", "vit_small_patch14_reg4_dinov2",
        "vit_base_patch32_clip_224", "vit_base_patch32_clip_quickgelu_224", "vit_base_patch16_gap_224", "vit_medium_patch16_reg4_gap_256",
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
        "transformers-siglip-base": lambda: transformers_case(T.SiglipVisionModel(T.SiglipVisionConfig()), 224, lambda n, x: n(pixel_values=x).pooler_output, False),
    }
    return cases


def main() -> None:
    torch.manual_seed(0)
    if sys.argv[1:2] != ["full"]:
        wanted = sys.argv[1:]
        for name, make in small().items():
            if not wanted or name in wanted:
                golden.write(f"backbone-{name}", reference(name, make()))
        return
    from safetensors.torch import save_file

    folder, wanted = Path(sys.argv[2]), sys.argv[3:]
    for name, make in full().items():
        if wanted and not any(part in name for part in wanted):
            continue
        case = make()
        content = reference(name, case, samples=64)
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
