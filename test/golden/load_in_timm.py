"""Embeddings from a folder of `rosette export --format timm`: python load_in_timm.py FOLDER PHOTO... (docs/models.md)"""
import json
import sys
from pathlib import Path

import numpy as np
import timm
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps
from safetensors.torch import load_file


def open_model(folder):
    """A function from photos, uint8 [N, H, W, 3], to L2-normalised embeddings [N, D]."""
    config = json.loads(Path(folder, 'config.json').read_text())
    backbone = timm.create_model(f'local-dir:{folder}', pretrained=True).eval()
    head = load_file(Path(folder, 'head.safetensors'))
    mean, std = (torch.tensor(config['pretrained_cfg'][key]).view(3, 1, 1) for key in ('mean', 'std'))
    pool = config['rosette']['pool']

    def pooled(x):
        features = backbone.forward_features(x)  # [B, C, H', W'], or tokens [B, T, C]
        if pool == 'token':
            return features[:, 0]
        cells = features.flatten(2) if features.ndim == 4 else features[:, backbone.num_prefix_tokens:].mT  # [B, C, cells]
        if pool == 'average':
            return cells.mean(-1)
        p = head['pool.p']
        return cells.clamp(min=1e-6).pow(p).mean(-1).pow(1 / p)

    def neck(x):
        x = getattr(backbone, 'fc_norm', torch.nn.Identity())(pooled(x))
        if 'projection.weight' in head:
            x = F.linear(x, head['projection.weight'], head['projection.bias'])
        statistics = head['neck.running_mean'], head['neck.running_var']
        return F.batch_norm(x, *statistics, head['neck.weight'], head.get('neck.bias'), eps=1e-5)

    @torch.inference_mode()
    def embed(pixels):
        x = (torch.from_numpy(pixels).permute(0, 3, 1, 2) / 255 - mean) / std
        return F.normalize(neck(x) + neck(x.flip(-1)))

    return embed


def read_photo(path, folder):
    """As rosette prepares it: squeezed to the network's size, bicubic. Other preparations are refused, they would go unnoticed."""
    config = json.loads(Path(folder, 'config.json').read_text())
    _, height, width = config['pretrained_cfg']['input_size']
    preprocess = config['rosette']['preprocess']
    photo = ImageOps.exif_transpose(Image.open(path))
    if (preprocess['resize'], preprocess['kernel']) != ('squash', 'bicubic'):
        raise ValueError(f"{folder}: prepares photos by {preprocess['resize']}, {preprocess['kernel']}: expected squash, bicubic")
    if photo.has_transparency_data and preprocess['alpha'] != 'keep':
        raise ValueError(f"{path}: has a mask, which {folder} wants as '{preprocess['alpha']}'")
    photo = photo.convert('RGB')
    return np.asarray(photo.resize((width, height), Image.Resampling.BICUBIC))


if __name__ == '__main__':
    folder, *photos = sys.argv[1:]
    embeddings = open_model(folder)(np.stack([read_photo(path, folder) for path in photos]))
    print((embeddings @ embeddings.T).numpy().round(4))  # cosines
