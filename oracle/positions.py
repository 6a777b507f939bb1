"""Position embeddings for another grid of patches, as timm, transformers and torchvision make them: positions.json."""

import torch

import golden
import lcg

WIDTH = 2
GRIDS = [(5, 8), (8, 5), (7, 3), (3, 7), (6, 7), (4, 1)]


def timm_resized(before: int):
    from timm.layers.pos_embed import resample_abs_pos_embed

    def resized(positions: torch.Tensor, to: int) -> torch.Tensor:
        return resample_abs_pos_embed(positions, [to, to], num_prefix_tokens=before)

    return resized


def transformers_resized(embeddings_class, config_class, before: int, **more):
    def resized(positions: torch.Tensor, to: int) -> torch.Tensor:
        side = round((positions.shape[1] - before) ** 0.5)
        config = config_class(hidden_size=WIDTH, num_attention_heads=1, image_size=2 * side, patch_size=2, **more)
        module = embeddings_class(config)
        if hasattr(module, "position_embedding"):
            module.position_embedding.weight.data = positions[0]
        else:
            module.position_embeddings.data = positions
        tokens = torch.zeros(1, before + to * to, WIDTH)
        return module.interpolate_pos_encoding(tokens, 2 * to, 2 * to)

    return resized


def siglip2_resized(positions: torch.Tensor, to: int) -> torch.Tensor:
    from transformers.models.siglip2.modeling_siglip2 import Siglip2VisionEmbeddings

    side = round(positions.shape[1] ** 0.5)
    grid = positions[0].reshape(side, side, WIDTH)
    return Siglip2VisionEmbeddings.resize_positional_embeddings(grid, torch.tensor([[to, to]]), to * to)


def torchvision_resized(positions: torch.Tensor, to: int) -> torch.Tensor:
    from torchvision.models.vision_transformer import interpolate_embeddings

    return interpolate_embeddings(2 * to, 2, {"encoder.pos_embedding": positions})["encoder.pos_embedding"]


def main() -> None:
    import transformers as T
    from transformers.models.clip.modeling_clip import CLIPVisionEmbeddings
    from transformers.models.deit.modeling_deit import DeiTEmbeddings
    from transformers.models.dinov2.modeling_dinov2 import Dinov2Embeddings
    from transformers.models.dinov2_with_registers.modeling_dinov2_with_registers import Dinov2WithRegistersEmbeddings
    from transformers.models.siglip.modeling_siglip import SiglipVisionEmbeddings
    from transformers.models.vit.modeling_vit import ViTEmbeddings

    libraries = [
        ("timm", "timm", 0, 0, timm_resized(0)),
        ("timm with a class token", "timm", 1, 0, timm_resized(1)),
        ("timm with registers", "timm", 5, 4, timm_resized(5)),
        ("torchvision", "torchvision", 1, 0, torchvision_resized),
        ("ViT", "transformers", 1, 0, transformers_resized(ViTEmbeddings, T.ViTConfig, 1)),
        ("DeiT", "transformers", 2, 0, transformers_resized(DeiTEmbeddings, T.DeiTConfig, 2)),
        ("DINOv2", "transformers", 1, 0, transformers_resized(Dinov2Embeddings, T.Dinov2Config, 1)),
        ("DINOv2 with registers", "transformers", 1, 4, transformers_resized(Dinov2WithRegistersEmbeddings, T.Dinov2WithRegistersConfig, 1)),
        ("SigLIP 2", "transformers", 0, 0, siglip2_resized),
        ("CLIP", "transformers", 1, 0, transformers_resized(CLIPVisionEmbeddings, T.CLIPVisionConfig, 1)),
        ("SigLIP", "transformers", 0, 0, transformers_resized(SiglipVisionEmbeddings, T.SiglipVisionConfig, 0)),
    ]
    cases = []
    for name, library, before, registers, resized in libraries:
        for start, to in GRIDS:
            recipe = lcg.named(f"{name} {start} {to}", (1, before + start * start, WIDTH))
            with torch.no_grad():
                result = resized(torch.from_numpy(recipe.array()), to)
            cases.append({
                "name": name, "library": library, "registers": registers, "before": before, "from": start, "to": to,
                "positions": recipe, "resized": result.flatten().double().numpy(),
            })
    golden.write("positions", {"cases": cases})


if __name__ == "__main__":
    main()
