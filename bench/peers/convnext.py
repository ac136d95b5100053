"""ConvNeXt V1 in plain PyTorch (1.13 to today), names and arithmetic timm's: patch stem, conv_mlp or linear MLP, no classifier.

`python convnext.py` where timm is installed checks it: same state, same features.
"""
import torch
import torch.nn.functional as F
from torch import nn

SIZES = {  # timm's depths, dims, conv_mlp
    'convnext_atto': ((2, 2, 6, 2), (40, 80, 160, 320), True),
    'convnext_femto': ((2, 2, 6, 2), (48, 96, 192, 384), True),
    'convnext_pico': ((2, 2, 6, 2), (64, 128, 256, 512), True),
    'convnext_nano': ((2, 2, 8, 2), (80, 160, 320, 640), True),
    'convnext_tiny': ((3, 3, 9, 3), (96, 192, 384, 768), False),
    'convnext_small': ((3, 3, 27, 3), (96, 192, 384, 768), False),
    'convnext_base': ((3, 3, 27, 3), (128, 256, 512, 1024), False),
}


OLD = int(torch.__version__.split('.')[0]) < 2


class LayerNorm(nn.LayerNorm):
    def forward(self, x):
        # PyTorch 1.13 refuses float32 weights on autocast's bfloat16 activations; newer ones take them.
        return super().forward(x.float() if OLD and x.dtype == torch.bfloat16 else x)


class LayerNorm2d(LayerNorm):
    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Mlp(nn.Module):
    def __init__(self, dim, conv):
        super().__init__()
        self.fc1 = nn.Conv2d(dim, 4 * dim, 1) if conv else nn.Linear(dim, 4 * dim)
        self.fc2 = nn.Conv2d(4 * dim, dim, 1) if conv else nn.Linear(4 * dim, dim)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, dim, conv_mlp, layer_scale):
        super().__init__()
        self.conv_mlp = conv_mlp
        self.conv_dw = nn.Conv2d(dim, dim, 7, padding=3, groups=dim)
        self.norm = (LayerNorm2d if conv_mlp else LayerNorm)(dim, eps=1e-6)
        self.mlp = Mlp(dim, conv_mlp)
        self.gamma = nn.Parameter(torch.full((dim,), layer_scale))

    def forward(self, x):
        y = self.conv_dw(x)
        if self.conv_mlp:
            y = self.mlp(self.norm(y))
        else:
            y = self.mlp(self.norm(y.permute(0, 2, 3, 1))).permute(0, 3, 1, 2)
        return y.mul(self.gamma.reshape(1, -1, 1, 1)) + x


class Stage(nn.Module):
    def __init__(self, before, dim, depth, conv_mlp, layer_scale):
        super().__init__()
        same = before == dim  # the first stage
        self.downsample = nn.Identity() if same else nn.Sequential(LayerNorm2d(before, eps=1e-6), nn.Conv2d(before, dim, 2, 2))
        self.blocks = nn.Sequential(*(Block(dim, conv_mlp, layer_scale) for _ in range(depth)))

    def forward(self, x):
        return self.blocks(self.downsample(x))


class ConvNeXt(nn.Module):
    """[B, 3, H, W] -> [B, C, H/32, W/32], timm's forward_features."""

    def __init__(self, depths, dims, conv_mlp=False, layer_scale=1e-6):
        super().__init__()
        self.width = dims[-1]
        self.stem = nn.Sequential(nn.Conv2d(3, dims[0], 4, 4), LayerNorm2d(dims[0], eps=1e-6))
        before = (dims[0], *dims)
        self.stages = nn.Sequential(*(Stage(b, c, n, conv_mlp, layer_scale) for b, c, n in zip(before, dims, depths)))
        for module in self.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                nn.init.trunc_normal_(module.weight, std=0.02)
                nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.stages(self.stem(x))


def create(name, **options):
    depths, dims, conv_mlp = SIZES[name]
    return ConvNeXt(depths, dims, conv_mlp, **options)


def check():
    import timm

    for name in SIZES:
        ours, theirs = create(name), timm.create_model(name, num_classes=0)
        state = {k: torch.randn_like(v) * 0.05 for k, v in theirs.state_dict().items() if not k.startswith('head.')}
        ours.load_state_dict(state)
        theirs.load_state_dict(state, strict=False)
        x = torch.randn(1, 3, 64, 96)
        with torch.inference_mode():
            a, b = ours(x), theirs.forward_features(x)
        error = ((a - b).norm() / b.norm()).item()
        print(f'{name}: {error:.1e}')
        assert error < 1e-6, name


if __name__ == '__main__':
    check()
