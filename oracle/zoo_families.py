"""One of each family that is built here, by the names that are published, where `zoo.py` has it not."""

from zoo import CLASSES, Classifier, Logits, timm_model

ONE = dict(layers=(1, 1, 1, 1))
VIT = dict(img_size=64, depth=2, embed_dim=192, num_heads=3)

TIMM = [
    ("resnet18", ONE),
    ("resnet50", ONE),
    ("resnet50d", ONE),
    ("wide_resnet50_2", ONE),
    ("resnext50_32x4d", ONE),
    ("seresnext50_32x4d", ONE),
    ("resnetaa50", ONE),
    ("vit_base_patch16_224", VIT),
    ("vit_base_patch16_gap_224", VIT),
    ("vit_base_patch32_clip_224", VIT),
    ("vit_base_patch32_clip_quickgelu_224", VIT),
    ("vit_small_patch14_dinov2", VIT | dict(img_size=56)),
    ("vit_base_patch16_siglip_224", VIT),
    ("vit_base_patch16_siglip_gap_224", VIT),
    ("vit_base_patch32_siglip_256", VIT),
    ("deit_small_patch16_224", VIT),
    ("resnet50_clip", dict()),
    ("resnet50_clip_gap", dict()),
    ("convnext_tiny", dict(depths=(1, 1, 1, 1), dims=(16, 32, 48, 64))),
    ("convnext_atto_rms", dict(depths=(1, 1, 1, 1))),
    ("mobilenetv2_100", dict()),
    ("mobilenetv3_small_100", dict()),
    ("mobilenetv3_large_100", dict()),
    ("tf_mobilenetv3_small_minimal_100", dict()),
    ("efficientnet_b0", dict()),
    ("efficientnet_lite0", dict()),
    ("tf_efficientnet_b0", dict()),
    ("efficientnetv2_rw_t", dict()),
]


def dino(name: str, registers: int, **shape) -> Classifier:
    """A DINOv2 as its authors' repository saves it."""

    def make():
        from dinov2 import Dino

        return Dino(registers, img_size=56, patch_size=14, **shape)

    return Classifier(f"dinov2-{name}", make, 56)


def families():
    for name, options in TIMM:
        yield timm_model(name, options)
    small = dict(embed_dim=192, depth=2, num_heads=3)
    yield dino("small", 0, **small)
    yield dino("small-registers", 4, **small)
    yield dino("giant-registers", 4, embed_dim=1536, depth=1, num_heads=24, giant=True)
    yield from towers()
    yield from open_clips()


def towers():
    """Image towers of transformers, and classifiers that need other names than `zoo.py` has."""
    import transformers as t

    vit = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, image_size=64, patch_size=16)
    yield "hf-clip-vision", lambda: Logits(t.CLIPVisionModelWithProjection(t.CLIPVisionConfig(projection_dim=24, **vit)), "image_embeds"), 64
    yield "hf-siglip-vision", lambda: Logits(t.SiglipVisionModel(t.SiglipVisionConfig(**vit)), "pooler_output"), 64
    teacher = t.DeiTConfig(**vit, num_labels=CLASSES)
    yield "hf-deit-distilled", lambda: Logits(t.DeiTForImageClassificationWithTeacher(teacher)), 64
    yield "hf-resnet-basic", lambda: Logits(t.ResNetForImageClassification(t.ResNetConfig(hidden_sizes=[64, 64, 64, 64], depths=[1, 1, 1, 1], layer_type="basic", num_labels=CLASSES))), 64


def open_clips():
    """OpenCLIP's towers, alone in a file with its configuration."""
    from clip_resnet import Visual
    from open_clip.model import CLIP

    def tower(name: str, vision: dict, quick_gelu: bool = False):
        vision = dict(image_size=64, width=64, head_width=32) | vision
        text = dict(context_length=4, vocab_size=8, width=64, heads=1, layers=1)
        fields = dict(embed_dim=24, vision_cfg=vision, text_cfg=text, quick_gelu=quick_gelu)
        make = lambda: Visual(CLIP(24, vision, text, quick_gelu=quick_gelu).visual)
        return f"openclip-{name}", make, vision["image_size"], dict(model_cfg=fields)

    yield tower("ViT-B-32", dict(layers=2, patch_size=16))
    yield tower("ViT-B-32-quickgelu", dict(layers=2, patch_size=16), True)
    yield tower("RN50", dict(layers=[1, 1, 1, 1], width=16, head_width=64))
