"""reid, trajectory."""
import torch
import torch.nn.functional as F
from timm.models.convnext import ConvNeXt

from common import Draw, randomise, write
from make_layers import gem, margin_logits

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class ReId(torch.nn.Module):
    """backbone -> GeM -> BN neck -> ArcFace; timm's head.norm is no part of it."""

    def __init__(self, arguments, identities):
        super().__init__()
        self.backbone = ConvNeXt(num_classes=0, **arguments)
        self.backbone.head = torch.nn.Identity()
        width = arguments['dims'][-1]
        self.gem_p = torch.nn.Parameter(torch.tensor([3.0]))
        self.neck = torch.nn.BatchNorm1d(width)
        self.arcface = torch.nn.Parameter(torch.empty(identities, width))

    def embed(self, x):
        return self.neck(gem(self.backbone.forward_features(x).permute(0, 2, 3, 1), self.gem_p))  # [B, D]

    def forward(self, x, labels):
        return F.cross_entropy(margin_logits('arcface', self.embed(x), self.arcface, labels, 0.5, 30.0), labels)

    def infer(self, x):
        return F.normalize((self.embed(x) + self.embed(x.flip(-1))) / 2)


def build(draw, arguments, identities):
    model = randomise(ReId(arguments, identities), draw)
    with torch.no_grad():
        model.gem_p.fill_(3)
    return model.train()


def state(model, prefix):
    return {f'{prefix}/{n}': v.clone() for n, v in model.state_dict().items() if not n.endswith('num_batches_tracked')}


FORMULA = ('names: backbone.<timm name>, gem_p [1], neck.{weight,bias,running_mean,running_var}, arcface [N, D]; x NCHW; '
           'forward_features -> GeM (eps 1e-6) -> BatchNorm1d (eps 1e-5, momentum 0.1) -> ArcFace (m 0.5, s 30) -> mean cross entropy')


def make_reid():
    arguments = dict(depths=(1, 1, 2, 1), dims=(4, 6, 8, 10))
    draw = Draw('reid')
    model = build(draw, arguments, 5)
    x, labels = draw.normal(4, 3, 64, 32), torch.tensor([3, 0, 4, 3])
    inputs = {'x': x, 'labels': labels, **state(model, 'param')}
    loss = model(x, labels)
    loss.backward()
    results = {'loss': loss, **{f'grad/{n}': p.grad for n, p in model.named_parameters()}, **{f'after/{n}': v.clone() for n, v in model.neck.named_buffers() if 'num' not in n}}
    model.eval()
    with torch.no_grad():
        results |= {'inference/neck': model.embed(x), 'inference/embedding': model.infer(x)}
    write('reid.safetensors', inputs, results, arguments=arguments,
          formula=FORMULA + '; one training pass, then inference/* with the statistics after it (after/running_*) and the same parameters: '
                            'neck = neck output of x alone; embedding = L2(mean of the neck outputs of x and of x mirrored along its width)')


def make_trajectory():
    arguments = dict(depths=(1, 1, 1, 1), dims=(4, 8, 8, 12))
    draw = Draw('trajectory')
    model = build(draw, arguments, 4)
    # Smooth blotches, one pattern an identity, so that there is something to learn; pure noise would do for the arithmetic alone.
    patterns = F.interpolate(draw.normal(4, 3, 8, 4), (64, 32), mode='bilinear').repeat_interleave(2, 0)
    pixels = ((patterns * 50 + draw.normal(8, 3, 64, 32, scale=25) + 120).clamp(0, 255)).to(torch.uint8)  # [8, 3, H, W]
    labels = torch.arange(4).repeat_interleave(2)
    rows = torch.from_numpy(draw.rng.permuted(torch.arange(8).repeat(5, 1).numpy(), axis=1).reshape(10, 4))  # five epochs of 8 photos
    inputs = {'pixels': pixels, 'labels': labels, 'rows': rows, **state(model, 'initial')}
    decayed = [p for n, p in model.named_parameters() if p.ndim >= 2]
    plain = [p for n, p in model.named_parameters() if p.ndim < 2]
    optimiser = torch.optim.AdamW([{'params': decayed, 'weight_decay': 0.05}, {'params': plain, 'weight_decay': 0.0}], lr=1e-3)
    images = (pixels.double() / 255 - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)
    losses, norms = [], []
    for step in range(10):
        optimiser.zero_grad()
        loss = model(images[rows[step]], labels[rows[step]])
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0))
        optimiser.step()
        losses.append(loss.detach())
    results = {'losses': torch.stack(losses), 'norms': torch.stack(norms), **state(model, 'final')}
    write('trajectory.safetensors', inputs, results, arguments=arguments,
          formula=FORMULA + '; step t trains on pixels[rows[t]], labels[rows[t]]; x = (pixels / 255 - mean) / std, mean 0.485 0.456 0.406, std 0.229 0.224 0.225; '
                            'clipping to global norm 1 (norms: before it), then AdamW lr 1e-3 betas 0.9 0.999 eps 1e-8, decay 0.05 on parameters of two or more '
                            'dimensions (arcface too), 0 on the others')


def main():
    make_reid()
    make_trajectory()
