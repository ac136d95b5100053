"""The PyTorch reference for quality: ConvNeXt from scratch with ArcFace on a folder in the Kaggle layout, scored on its test photos.

    python torch_reference.py --data ../../../shared/data/nyala [--epochs 30] [--size 112] [--seed 0]

Needs test_identities.csv (filename,ground_truth,...). Prints one JSON line for the untrained network and one for the trained one.
"""
import argparse
import csv
import json
import math
import pathlib
import time

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import convnext
import reid

MEAN, STD = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1), torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', type=pathlib.Path, required=True)
    parser.add_argument('--model', default='convnext_atto', choices=convnext.SIZES)
    parser.add_argument('--size', type=int, default=112)
    parser.add_argument('--batch', type=int, default=32)
    parser.add_argument('--epochs', type=int, default=30)
    parser.add_argument('--lr', type=float, default=1e-3)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--steps', type=int, default=None, help='stop after so many steps, to see that it runs')
    return parser.parse_args()


def load(data, table, folder, size):
    """[P, 3, H, W] uint8, squeezed to the square; names of the identities."""
    with open(data / table, newline='') as file:
        rows = [(row['filename'], row['ground_truth']) for row in csv.DictReader(file)]
    places = [p for p in (data / folder / folder, data / folder) if p.is_dir()]
    photos = [np.asarray(Image.open(places[0] / name).convert('RGB').resize((size, size), Image.BICUBIC)) for name, _ in rows]
    return torch.from_numpy(np.stack(photos)).permute(0, 3, 1, 2).contiguous(), [identity for _, identity in rows]


def normalise(pixels):
    return ((pixels.float() / 255 - MEAN) / STD).contiguous(memory_format=torch.channels_last)


def augment(pixels, generator):
    """Affine with flip, colour jitter, erasing; [B, 3, H, W] uint8 -> normalised float."""
    count, _, height, width = pixels.shape

    def uniform(low, high, *shape):
        return torch.empty(count, *shape).uniform_(low, high, generator=generator)

    x = pixels.float() / 255
    angle, zoom = uniform(-15, 15) * math.pi / 180, uniform(0.85, 1.15)
    mirror = torch.where(uniform(0, 1) < 0.5, -1.0, 1.0)
    cos, sin = angle.cos() / zoom, angle.sin() / zoom
    theta = torch.stack([
        torch.stack([cos * mirror, -sin, uniform(-0.1, 0.1)], 1),
        torch.stack([sin * mirror, cos, uniform(-0.1, 0.1)], 1),
    ], 1)  # [B, 2, 3]
    grid = F.affine_grid(theta, list(x.shape), align_corners=False)
    x = F.grid_sample(x, grid, padding_mode='border', align_corners=False)
    x = x * uniform(0.8, 1.2, 1, 1, 1)
    grey = x.mean((1, 2, 3), keepdim=True)
    x = (grey + (x - grey) * uniform(0.8, 1.2, 1, 1, 1)).clamp(0, 1)
    x = (x - MEAN) / STD
    for row in torch.nonzero(uniform(0, 1) < 0.25).flatten().tolist():
        h, w = (int(n * f) for n, f in zip((height, width), torch.empty(2).uniform_(0.15, 0.4, generator=generator).tolist()))
        top, left = (int(t) for t in (torch.rand(2, generator=generator) * torch.tensor([height - h, width - w])).tolist())
        x[row, :, top:top + h, left:left + w] = 0
    return x.contiguous(memory_format=torch.channels_last)


def embed(model, photos):
    model.eval()
    with torch.inference_mode():
        return torch.cat([model.infer(normalise(chunk), flip=True) for chunk in photos.split(64)])


def score(embeddings, identities):
    """Leave the query out, rank all others, stable; queries without a positive are skipped."""
    names = np.array(identities)
    similarity = (embeddings @ embeddings.T).numpy()
    precisions, firsts, skipped = {}, [], 0
    for query, name in enumerate(names):
        others = np.delete(np.arange(len(names)), query)
        match = names[others][np.argsort(-similarity[query, others], kind='stable')] == name
        if not match.any():
            skipped += 1
            continue
        ap = (np.cumsum(match) / np.arange(1, len(match) + 1))[match].mean()
        precisions.setdefault(name, []).append(ap)
        firsts.append(match[0])
    return {
        'identityBalancedMap': round(float(np.mean([np.mean(v) for v in precisions.values()])), 4),
        'map': round(float(np.mean([ap for v in precisions.values() for ap in v])), 4),
        'rank1': round(float(np.mean(firsts)), 4),
        'queries': len(firsts), 'skipped': skipped, 'identities': len(precisions),
    }


def rate(step, total, warmup, base, final=1e-6):
    if step < warmup:
        return base * (step + 1) / warmup
    return final + (base - final) * 0.5 * (1 + math.cos(math.pi * (step + 1 - warmup) / (total - warmup)))


def main():
    options = parse()
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(options.seed)
    generator = torch.Generator().manual_seed(options.seed)
    photos, names = load(options.data, 'train.csv', 'train', options.size)
    test, test_names = load(options.data, 'test_identities.csv', 'test', options.size)
    order = {name: i for i, name in enumerate(sorted(set(names)))}
    labels = torch.tensor([order[name] for name in names])

    model = reid.ReId(convnext.create(options.model), len(order)).to(memory_format=torch.channels_last)
    print(json.dumps({'network': 'untrained', **score(embed(model, test), test_names)}), flush=True)

    adamw = reid.optimiser(model, lr=options.lr)
    per_epoch = len(photos) // options.batch  # an incomplete last batch is left out
    total, step, start = options.epochs * per_epoch, 0, time.perf_counter()
    for epoch in range(options.epochs):
        model.train()
        losses = []
        for rows in torch.randperm(len(photos), generator=generator)[:per_epoch * options.batch].split(options.batch):
            for group in adamw.param_groups:
                group['lr'] = rate(step, total, per_epoch, options.lr)
            adamw.zero_grad(set_to_none=True)
            loss = model(augment(photos[rows], generator), labels[rows])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            adamw.step()
            losses.append(loss.item())
            step += 1
            if step == options.steps:
                break
        print(f'epoch {epoch + 1}/{options.epochs}: loss {np.mean(losses):.3f}, {time.perf_counter() - start:.0f} s', flush=True)
        if step == options.steps:
            break
    print(json.dumps({
        'network': 'trained', 'torch': torch.__version__, 'model': options.model, 'size': options.size, 'seed': options.seed,
        'steps': step, 'seconds': round(time.perf_counter() - start, 1), **score(embed(model, test), test_names),
    }))


if __name__ == '__main__':
    main()
