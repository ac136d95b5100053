"""Any backbone of timm, where timm is installed, as [B, 3, H, W] -> [B, C, H', W']: a transformer's patches in their places."""
import timm
from torch import nn


class Backbone(nn.Module):
    def __init__(self, name, size):
        super().__init__()
        sized = {} if name.startswith('convnext') else {'img_size': size}
        self.model = timm.create_model(name, num_classes=0, **sized)
        self.width = self.model.num_features

    def forward(self, x):
        features = self.model.forward_features(x)
        if features.ndim == 4:
            return features
        patches = features[:, self.model.num_prefix_tokens:].transpose(1, 2)  # [B, C, T]
        side = self.model.patch_embed.patch_size[0]
        return patches.unflatten(2, (x.shape[2] // side, x.shape[3] // side))

