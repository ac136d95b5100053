"""The network of the preset `brief` in plain PyTorch: backbone -> GeM -> BN neck -> ArcFace in training, L2 in inference."""
import math

import torch
import torch.nn.functional as F
from torch import nn


class ReId(nn.Module):
    def __init__(self, backbone, identities, margin=0.5, scale=30.0):
        super().__init__()
        self.backbone, self.margin, self.scale = backbone, margin, scale
        self.gem_p = nn.Parameter(torch.tensor([3.0]))
        self.neck = nn.BatchNorm1d(backbone.width)
        self.arcface = nn.Parameter(torch.randn(identities, backbone.width) * 0.01)

    def embed(self, x):
        """[B, 3, H, W] -> [B, D]; autocast, where it is on, ends at the feature map: powers and cosines stay in float32."""
        features = self.backbone(x).float()
        pooled = features.clamp(min=1e-6).pow(self.gem_p.view(1, 1, 1, 1)).mean((2, 3)).pow(1 / self.gem_p)
        return self.neck(pooled)

    def forward(self, x, labels):
        return self.loss(self.embed(x), labels)

    def loss(self, embeddings, labels):
        cos = F.normalize(embeddings) @ F.normalize(self.arcface).t()  # [B, N]
        label = F.one_hot(labels, cos.shape[1]).bool()
        sin = (1 - cos.square()).clamp(min=1e-12).sqrt()
        moved = cos * math.cos(self.margin) - sin * math.sin(self.margin)
        moved = torch.where(cos > math.cos(math.pi - self.margin), moved, cos - self.margin * math.sin(self.margin))
        return F.cross_entropy(self.scale * torch.where(label, moved, cos), labels)

    def infer(self, x, flip=False):
        embedding = self.embed(x)
        return F.normalize((embedding + self.embed(x.flip(-1))) / 2 if flip else embedding)


def optimiser(model, lr=1e-3, decay=0.05, fused=False):
    """AdamW without decay on norms, biases, layer scale and GeM's p."""
    groups = [
        {'params': [p for p in model.parameters() if p.ndim >= 2], 'weight_decay': decay},
        {'params': [p for p in model.parameters() if p.ndim < 2], 'weight_decay': 0.0},
    ]
    return torch.optim.AdamW(groups, lr=lr, **({'fused': True} if fused else {}))
