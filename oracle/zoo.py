"""Classifiers of torchvision, timm and transformers with random weights, for `onnx-zoo.py` and `tensor-zoo.py`.

Architectures are whole, but narrow and shallow where their constructors allow it; scales and running statistics are
drawn at random, so that a network that leaves one out computes something else.
"""

import os
import signal
from typing import Callable, Iterator, NamedTuple

import torch
from torch import nn

torch.set_num_threads(1)
CLASSES = 10


class Classifier(NamedTuple):
    name: str
    make: Callable[[], nn.Module]
    size: int
    # What timm writes of it into config.json, but for the preprocessing.
    config: dict | None = None


def classifiers(wanted: list[str]) -> Iterator[Classifier]:
    """All of them, or those that have one of the words in their names."""
    from zoo_families import families

    for group in (torchvision_models, transformers_models, timm_models, families):
        for fields in group():
            classifier = Classifier(*fields)
            if not wanted or any(word in classifier.name for word in wanted):
                yield classifier


class Logits(nn.Module):
    """What a network of transformers says, as one tensor."""

    def __init__(self, model, output="logits"):
        super().__init__()
        self.model, self.output = model, output

    def forward(self, pixel_values):
        return getattr(self.model(pixel_values), self.output)


def torchvision_models():
    import torchvision.models as m

    def small(name, **options):
        return lambda: getattr(m, name)(weights=None, num_classes=CLASSES, **options)

    def narrow(name):
        """VGG and AlexNet with narrow fully connected layers."""

        def make():
            model = small(name)()
            inputs = 512 * 49 if name.startswith("vgg") else 256 * 36
            model.classifier = nn.Sequential(
                nn.Linear(inputs, 32), nn.ReLU(True), nn.Dropout(), nn.Linear(32, 32), nn.ReLU(True),
                nn.Dropout(), nn.Linear(32, CLASSES),
            )
            return model

        return make

    def vit():
        return m.VisionTransformer(64, 16, 2, 3, 192, 64, num_classes=CLASSES)

    def resnet(block, **options):
        return lambda: m.ResNet(block, [1, 1, 1, 1], num_classes=CLASSES, **options)

    from torchvision.models.resnet import BasicBlock, Bottleneck

    yield "tv-alexnet", narrow("alexnet"), 224
    yield "tv-convnext", lambda: m.ConvNeXt(
        [m.convnext.CNBlockConfig(16, 32, 1), m.convnext.CNBlockConfig(32, None, 2)], num_classes=CLASSES), 64
    yield "tv-densenet", lambda: m.DenseNet(8, (2, 2, 2), 16, num_classes=CLASSES), 64
    yield "tv-efficientnet-b0", small("efficientnet_b0"), 64
    yield "tv-efficientnet-v2-s", small("efficientnet_v2_s"), 64
    yield "tv-googlenet", small("googlenet", aux_logits=False, init_weights=False), 96
    yield "tv-inception-v3", small("inception_v3", init_weights=False), 299
    yield "tv-maxvit", lambda: m.MaxVit((64, 64), 16, 4, [16, 32], [1, 1], 8, 0.0, num_classes=CLASSES), 64
    yield "tv-mnasnet", small("mnasnet0_5"), 64
    yield "tv-mobilenet-v2", small("mobilenet_v2"), 64
    yield "tv-mobilenet-v3-small", small("mobilenet_v3_small"), 64
    yield "tv-mobilenet-v3-large", small("mobilenet_v3_large"), 64
    yield "tv-regnet-x", small("regnet_x_400mf"), 64
    yield "tv-regnet-y", small("regnet_y_400mf"), 64
    yield "tv-resnet18", resnet(BasicBlock), 64
    yield "tv-resnet50", resnet(Bottleneck), 64
    yield "tv-resnext50", resnet(Bottleneck, groups=32, width_per_group=4), 64
    yield "tv-shufflenet-v2", small("shufflenet_v2_x0_5"), 64
    yield "tv-squeezenet", small("squeezenet1_1"), 96
    yield "tv-swin", lambda: m.SwinTransformer([4, 4], 16, [2, 2], [2, 4], [4, 4], num_classes=CLASSES), 64
    yield "tv-swin-v2", lambda: m.SwinTransformer(
        [4, 4], 16, [2, 2], [2, 4], [4, 4], num_classes=CLASSES,
        block=m.swin_transformer.SwinTransformerBlockV2,
        downsample_layer=m.swin_transformer.PatchMergingV2), 64
    yield "tv-vgg11", narrow("vgg11"), 224
    yield "tv-vgg11-bn", narrow("vgg11_bn"), 224
    yield "tv-vit", vit, 64


TIMM = [
    ("vit_tiny_patch16_224", dict(img_size=64, depth=2)),
    ("deit_tiny_distilled_patch16_224", dict(img_size=64, depth=2)),
    ("deit3_small_patch16_224", dict(img_size=64, depth=2, embed_dim=64, num_heads=2)),
    ("beit_base_patch16_224", dict(img_size=64, depth=2, embed_dim=64, num_heads=2)),
    ("beitv2_base_patch16_224", dict(img_size=64, depth=2, embed_dim=64, num_heads=2)),
    ("cait_xxs24_224", dict(img_size=64, depth=2)),
    ("convit_tiny", dict(img_size=64, depth=3, local_up_to_layer=2)),
    ("crossvit_tiny_240", dict()),
    ("eva02_tiny_patch14_224", dict(img_size=56, depth=2)),
    ("vit_relpos_small_patch16_224", dict(img_size=64, depth=2, embed_dim=64, num_heads=2)),
    ("vit_small_patch14_reg4_dinov2", dict(img_size=56, depth=2, embed_dim=64, num_heads=2)),
    ("xcit_nano_12_p16_224", dict(depth=2)),
    ("volo_d1_224", dict(layers=[1, 1, 1, 1])),
    ("tnt_s_patch16_224", dict(depth=2)),
    ("pit_ti_224", dict(depth=[1, 1, 1])),
    ("pit_ti_distilled_224", dict(depth=[1, 1, 1])),
    ("mixer_s32_224", dict(num_blocks=2)),
    ("gmlp_ti16_224", dict(num_blocks=2)),
    ("resmlp_12_224", dict(num_blocks=2)),
    ("swin_tiny_patch4_window7_224", dict(depths=(1, 2, 1, 1), embed_dim=24)),
    ("swinv2_tiny_window8_256", dict(depths=(1, 2, 1, 1), embed_dim=24)),
    ("swinv2_cr_tiny_ns_224", dict(depths=(1, 2, 1, 1), embed_dim=24)),
    ("twins_pcpvt_small", dict(depths=(1, 1, 1, 1))),
    ("pvt_v2_b0", dict(depths=(1, 1, 1, 1))),
    ("poolformer_s12", dict(depths=(1, 1, 1, 1))),
    ("caformer_s18", dict(depths=(1, 1, 1, 1), dims=(16, 32, 64, 64))),
    ("coatnet_nano_rw_224", dict()),
    ("coat_tiny", dict(depths=[1, 1, 1])),
    ("davit_tiny", dict(depths=(1, 1, 1, 1), embed_dims=(16, 32, 64, 128), num_heads=(1, 2, 4, 8))),
    ("edgenext_xx_small", dict()),
    ("efficientformer_l1", dict(depths=(1, 1, 1, 2))),
    ("efficientformerv2_s0", dict(depths=(1, 1, 2, 2))),
    ("efficientvit_b0", dict()),
    ("efficientvit_m0", dict()),
    ("fastvit_t8", dict(layers=(1, 1, 1, 1))),
    ("focalnet_tiny_srf", dict(depths=(1, 1, 1, 1), embed_dim=24)),
    ("gcvit_xxtiny", dict(depths=(1, 1, 1, 1))),
    ("hiera_tiny_224", dict(stages=(1, 1, 2, 1), embed_dim=32)),
    ("levit_128s", dict(depth=(1, 1, 1))),
    ("maxvit_rmlp_pico_rw_256", dict()),
    ("mobilevit_xxs", dict()),
    ("mobilevitv2_050", dict()),
    ("mvitv2_tiny", dict(depths=(1, 1, 1, 1), embed_dim=24)),
    ("nest_tiny", dict(depths=(1, 1, 1), embed_dims=(24, 48, 96))),
    ("tiny_vit_5m_224", dict(depths=(1, 1, 1, 1))),
    ("visformer_tiny", dict(depth=(1, 1, 1))),
    ("sequencer2d_s", dict(layers=(1, 1, 1, 1), embed_dims=(48, 48, 48, 48), hidden_sizes=(16, 16, 16, 16))),
    ("convmixer_768_32", dict(depth=2, dim=64)),
    ("convnextv2_atto", dict(depths=(1, 1, 1, 1))),
    ("inception_next_tiny", dict(depths=(1, 1, 1, 1), dims=(24, 48, 96, 96))),
    ("cspresnet50", dict()),
    ("dla34", dict()),
    ("dm_nfnet_f0", dict(layers=(1, 1, 1, 1), channels=(32, 64, 96, 96))),
    ("nf_resnet26", dict(layers=(1, 1, 1, 1))),
    ("resnetv2_50", dict(layers=(1, 1, 1, 1))),
    ("resnetv2_50x1_bit", dict(layers=(1, 1, 1, 1))),
    ("seresnet50", dict(layers=(1, 1, 1, 1))),
    ("ecaresnet26t", dict(layers=(1, 1, 1, 1))),
    ("resnetblur50", dict(layers=(1, 1, 1, 1))),
    ("res2net50_26w_4s", dict(layers=(1, 1, 1, 1))),
    ("resnest14d", dict()),
    ("skresnet18", dict(layers=(1, 1, 1, 1))),
    ("gernet_s", dict()),
    ("ghostnet_050", dict()),
    ("hgnetv2_b0", dict()),
    ("hrnet_w18_small", dict()),
    ("lcnet_050", dict()),
    ("mixnet_s", dict()),
    ("mobilenetv4_conv_small", dict()),
    ("mobileone_s0", dict()),
    ("repvgg_a0", dict()),
    ("repvit_m0_9", dict()),
    ("rexnet_100", dict()),
    ("selecsls42", dict()),
    ("tresnet_m", dict(layers=(1, 1, 1, 1))),
    ("ese_vovnet19b_dw", dict()),
    ("xception41", dict()),
    ("halonet26t", dict()),
    ("botnet26t_256", dict()),
    ("lambda_resnet26t", dict()),
    ("starnet_s1", dict(depths=(1, 1, 1, 1))),
]


def timm_models():
    for name, options in TIMM:
        yield timm_model(name, options)


def timm_model(name: str, options: dict) -> Classifier:
    """One of timm's, with the options that its constructor takes."""
    import timm

    def make():
        try:
            return timm.create_model(name, pretrained=False, num_classes=CLASSES, **options)
        except TypeError:  # its size is no option
            return timm.create_model(name, pretrained=False, num_classes=CLASSES)

    size = options.get("img_size") or timm.get_pretrained_cfg(name).input_size[1]
    config = {"architecture": name, "num_classes": CLASSES, "model_args": options}
    return Classifier(f"timm-{name}", make, size, config)


def transformers_models():
    import transformers as t

    def make(name, **options):
        def build():
            config = getattr(t, f"{name}Config")(num_labels=CLASSES, **options)
            return Logits(getattr(t, f"{name}ForImageClassification")(config))

        return build

    vit = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, image_size=64, patch_size=16)
    yield "hf-vit", make("ViT", **vit), 64
    yield "hf-deit", make("DeiT", **vit), 64
    yield "hf-beit", make("Beit", **vit, use_relative_position_bias=True, use_shared_relative_position_bias=False), 64
    yield "hf-data2vec", make("Data2VecVision", **vit), 64
    yield "hf-dinov2", make("Dinov2", hidden_size=32, num_hidden_layers=2, num_attention_heads=2, image_size=64, patch_size=16), 64
    yield "hf-dinov2-registers", make("Dinov2WithRegisters", hidden_size=32, num_hidden_layers=2, num_attention_heads=2, image_size=64, patch_size=16), 64
    yield "hf-vit-msn", make("ViTMSN", **vit), 64
    yield "hf-ijepa", make("IJepa", **vit), 64
    yield "hf-siglip", lambda: Logits(t.SiglipForImageClassification(t.SiglipConfig(vision_config=vit, text_config=dict(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32), num_labels=CLASSES))), 64
    yield "hf-clip", lambda: Logits(t.CLIPForImageClassification(t.CLIPConfig(vision_config=vit, text_config=dict(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32), num_labels=CLASSES))), 64
    yield "hf-swin", make("Swin", image_size=64, patch_size=4, embed_dim=16, depths=[2, 2], num_heads=[2, 4], window_size=4), 64
    yield "hf-swinv2", make("Swinv2", image_size=64, patch_size=4, embed_dim=16, depths=[2, 2], num_heads=[2, 4], window_size=4), 64
    yield "hf-convnext", make("ConvNext", hidden_sizes=[16, 32], depths=[1, 1], num_stages=2), 64
    yield "hf-convnextv2", make("ConvNextV2", hidden_sizes=[16, 32], depths=[1, 1], num_stages=2), 64
    yield "hf-resnet", make("ResNet", embedding_size=16, hidden_sizes=[32, 64, 96, 128], depths=[1, 1, 1, 1]), 64
    yield "hf-regnet", make("RegNet", embedding_size=16, hidden_sizes=[32, 64], depths=[1, 1], groups_width=16), 64
    yield "hf-bit", make("Bit", embedding_size=32, hidden_sizes=[32, 64], depths=[1, 1], num_groups=8), 64
    yield "hf-mobilenet-v1", make("MobileNetV1", depth_multiplier=0.25, image_size=64), 64
    yield "hf-mobilenet-v2", make("MobileNetV2", depth_multiplier=0.35, image_size=64), 64
    yield "hf-mobilevit", make("MobileViT", image_size=64, hidden_sizes=[16, 24, 32], neck_hidden_sizes=[8, 8, 16, 16, 24, 32, 64], num_attention_heads=2), 64
    yield "hf-mobilevitv2", make("MobileViTV2", image_size=64, width_multiplier=0.25), 64
    yield "hf-levit", make("Levit", image_size=64, hidden_sizes=[16, 32, 48], num_attention_heads=[2, 3, 4], depths=[1, 1, 1], key_dim=[8, 8, 8]), 64
    yield "hf-poolformer", make("PoolFormer", depths=[1, 1, 1, 1], hidden_sizes=[16, 16, 32, 32]), 64
    yield "hf-pvt", make("Pvt", image_size=64, hidden_sizes=[16, 16, 32, 32], depths=[1, 1, 1, 1], num_attention_heads=[1, 2, 2, 4]), 64
    yield "hf-pvt-v2", make("PvtV2", image_size=64, hidden_sizes=[16, 16, 32, 32], depths=[1, 1, 1, 1], num_attention_heads=[1, 2, 2, 4]), 64
    yield "hf-segformer", make("Segformer", hidden_sizes=[16, 16, 32, 32], depths=[1, 1, 1, 1], num_attention_heads=[1, 2, 2, 4]), 64
    yield "hf-efficientnet", make("EfficientNet", width_coefficient=1.0, depth_coefficient=1.0, image_size=64, hidden_dim=1280, depthwise_padding=[]), 64
    yield "hf-focalnet", make("FocalNet", image_size=64, embed_dim=16, depths=[1, 1], hidden_sizes=[16, 32], focal_levels=[2, 2], focal_windows=[3, 3]), 64
    yield "hf-hgnet-v2", make("HGNetV2"), 64
    yield "hf-cvt", make("Cvt", embed_dim=[16, 32, 48], num_heads=[1, 2, 3], depth=[1, 1, 1], cls_token=[False, False, True]), 64
    yield "hf-hiera", make("Hiera", image_size=[64, 64], embed_dim=16, depths=[1, 1, 1, 1], num_heads=[1, 2, 4, 8]), 64
    yield "hf-swiftformer", make("SwiftFormer", image_size=64, embed_dims=[16, 16, 32, 32], depths=[1, 1, 1, 1]), 64
    yield "hf-textnet", make("TextNet"), 64


def draw(model: nn.Module) -> None:
    """Scales, offsets and statistics other than 1 and 0, so that one that is left out changes the logits."""
    generator = torch.Generator().manual_seed(1)

    def uniform(tensor, low, high):
        with torch.no_grad():
            tensor.copy_(torch.rand(tensor.shape, generator=generator) * (high - low) + low)

    for name, tensor in model.named_parameters():
        if tensor.numel() > 1 and bool((tensor == tensor.flatten()[0]).all()):
            value = float(tensor.flatten()[0])
            uniform(tensor, value - 0.2, value + 0.2) if abs(value) <= 1 else None
    for name, tensor in model.named_buffers():
        if name.endswith("running_mean"):
            uniform(tensor, -0.2, 0.2)
        elif name.endswith("running_var"):
            uniform(tensor, 0.8, 1.4)


def isolated(work, seconds: int) -> str:
    """Runs in a child process; returns what went wrong, or ''."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        signal.alarm(seconds)
        log = os.open(os.devnull, os.O_WRONLY)
        os.dup2(log, 1)
        os.dup2(log, 2)
        try:
            work()
            os._exit(0)
        except BaseException as error:
            os.write(write, f"{type(error).__name__}: {str(error).strip()[:300]}".encode())
            os._exit(1)
    os.close(write)
    with os.fdopen(read, "rb") as stream:
        said = stream.read().decode(errors="replace")
    _, status = os.waitpid(child, 0)
    return "" if status == 0 else said or f"ended by status {status}"
