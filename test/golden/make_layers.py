"""gem, bnneck, losses, layers."""
import math

import torch
import torch.nn.functional as F

from common import Draw, write


def gem(x, p, eps=1e-6):
    """(mean over H, W of clamp(x, eps)^p)^(1/p); x [B, H, W, C] -> [B, C]  (Radenovic et al., arXiv:1711.02512)"""
    return x.clamp(min=eps).pow(p).mean(dim=(1, 2)).pow(1 / p)


def margin_logits(kind, embeddings, weight, labels, margin, scale):
    """[B, D], [N, D] -> [B, N]. ArcFace: cos(theta + m) on the label's column (Deng et al., arXiv:1801.07698, eq. 3)."""
    if kind == 'softmax':
        return embeddings @ weight.T
    cos = F.normalize(embeddings) @ F.normalize(weight).T
    if kind == 'arcface':
        moved = cos * math.cos(margin) - (1 - cos**2).clamp(min=0).sqrt() * math.sin(margin)
        moved = torch.where(cos > math.cos(math.pi - margin), moved, cos - margin * math.sin(margin))
    else:
        moved = cos - margin
    return scale * torch.where(F.one_hot(labels, weight.shape[0]).bool(), moved, cos)


def make_gem():
    draw = Draw('gem')
    x, dy = draw.leaf(2, 7, 5, 6), draw.normal(2, 6)
    inputs, results = {'x': x, 'dy': dy}, {}
    for name, value in (('p3', 3.0), ('p2.3', 2.3)):
        p = torch.tensor([value]).float().double().requires_grad_()
        y = gem(x, p)
        dx, dp = torch.autograd.grad(y, (x, p), dy)
        inputs[f'{name}/p'] = p
        results |= {f'{name}/y': y, f'{name}/dx': dx, f'{name}/dp': dp}
    write('gem.safetensors', inputs, results, formula='y = mean_hw(max(x, 1e-6)^p)^(1/p), x NHWC, p of shape [1]', eps=1e-6)


def make_bnneck():
    draw = Draw('bnneck')
    bn = torch.nn.BatchNorm1d(8, eps=1e-5, momentum=0.1)
    with torch.no_grad():
        bn.weight.copy_(draw.normal(8, scale=0.3, mean=1))
        bn.bias.copy_(draw.normal(8, scale=0.3))
        bn.running_mean.copy_(draw.normal(8, scale=0.3))
        bn.running_var.copy_((draw.normal(8, scale=0.3).abs() + 0.5).float())
    x, dy = draw.leaf(6, 8, scale=2.0, mean=0.5), draw.normal(6, 8)
    inputs = {'x': x, 'dy': dy, 'weight': bn.weight, 'bias': bn.bias}
    inputs |= {'running_mean': bn.running_mean.clone(), 'running_var': bn.running_var.clone()}
    y = bn(x)
    dx, dweight, dbias = torch.autograd.grad(y, (x, bn.weight, bn.bias), dy)
    after = {'running_mean_after': bn.running_mean.clone(), 'running_var_after': bn.running_var.clone()}
    inference = bn.eval()(x)
    ix, iw, ib = torch.autograd.grad(inference, (x, bn.weight, bn.bias), dy)
    results = {'y': y, 'dx': dx, 'dweight': dweight, 'dbias': dbias, **after}
    results |= {'inference/y': inference, 'inference/dx': ix, 'inference/dweight': iw, 'inference/dbias': ib}
    write('bnneck.safetensors', inputs, results, eps=1e-5, momentum=0.1,
          formula='training: biased variance normalises; running = 0.9 running + 0.1 batch, the unbiased variance (B/(B-1)) for running_var; '
                  'inference/* uses running_mean_after and running_var_after')


def make_losses():
    draw = Draw('losses')
    weight, labels = draw.normal(5, 8), torch.tensor([0, 1, 2, 3, 4, 1])
    embeddings = draw.normal(6, 8, scale=1.5)
    # rows 0 and 3: a good match and a middling one; row 5: theta > pi - m
    embeddings[0] = 2 * weight[0] + draw.normal(8, scale=0.3)
    embeddings[3] = weight[3] + draw.normal(8, scale=0.8)
    embeddings[5] = -1.5 * weight[1] + draw.normal(8, scale=0.1)
    embeddings = embeddings.float().double().requires_grad_()
    weight.requires_grad_()
    inputs, results = {'embeddings': embeddings, 'weight': weight, 'labels': labels}, {}
    theta = torch.acos((F.normalize(embeddings) @ F.normalize(weight).T)[torch.arange(6), labels])
    assert [bool(t) for t in theta > math.pi - 0.5] == [False] * 5 + [True], theta
    results['theta'] = theta
    for kind, margin in (('arcface', 0.5), ('cosface', 0.35), ('softmax', 0.0)):
        logits = margin_logits(kind, embeddings, weight, labels, margin, 30.0)
        results[f'{kind}/logits'] = logits
        for suffix, smoothing in (('', 0.0), ('-smooth', 0.1)):
            loss = F.cross_entropy(logits, labels, label_smoothing=smoothing)
            de, dw = torch.autograd.grad(loss, (embeddings, weight), retain_graph=True)
            results |= {f'{kind}{suffix}/loss': loss, f'{kind}{suffix}/dembeddings': de, f'{kind}{suffix}/dweight': dw}
    write('losses.safetensors', inputs, results, scale=30, marginRad=0.5, cosfaceMargin=0.35, smoothing=0.1,
          formula='cos = normalise(e) normalise(w)^T (x / max(|x|, 1e-12)); on the label column arcface is cos(theta + m) where cos > cos(pi - m), '
                  'else cos - m sin m; cosface is cos - m; both times 30; softmax: e w^T, no bias, no scale. Cross entropy, mean over rows; '
                  'smooth target: 0.9 on the label + 0.1/5 on every class. Row 5 has theta > pi - m; theta is the label angle of each row')


def make_layers():
    draw = Draw('layers')
    inputs, results = {}, {}

    def nchw(f):
        return lambda x, *rest: f(x.permute(0, 3, 1, 2), *rest).permute(0, 2, 3, 1)

    def add(name, f, x, dy_shape, **params):
        y = f(x, *params.values())
        assert tuple(y.shape) == dy_shape, (name, y.shape)
        dy = draw.normal(*dy_shape)
        grads = torch.autograd.grad(y, (x, *params.values()), dy)
        inputs.update({f'{name}/x': x, f'{name}/dy': dy, **{f'{name}/{k}': v for k, v in params.items()}})
        results.update({f'{name}/y': y, **{f'{name}/d{k}': g for k, g in zip(('x', *params), grads)}})

    def affine(c):
        return {'weight': draw.leaf(c, scale=0.3, mean=1), 'bias': draw.leaf(c, scale=0.3)}

    def filters(o, i, k):
        return {'weight': draw.leaf(o, i, k, k, scale=(i * k * k) ** -0.5), 'bias': draw.leaf(o, scale=0.3)}

    def rms(x, weight):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * weight

    def simple(x, weight):
        return x * torch.rsqrt(x.var(-1, keepdim=True) + 1e-6) * weight

    add('layernorm', lambda x, w, b: F.layer_norm(x, (6,), w, b, 1e-6), draw.leaf(2, 3, 4, 6, scale=2.0, mean=0.5), (2, 3, 4, 6), **affine(6))
    add('rmsnorm', rms, draw.leaf(2, 3, 4, 6, scale=2.0, mean=0.5), (2, 3, 4, 6), weight=affine(6)['weight'])
    add('simplenorm', simple, draw.leaf(2, 3, 4, 6, scale=2.0, mean=0.5), (2, 3, 4, 6), weight=affine(6)['weight'])
    add('gelu', F.gelu, draw.leaf(4, 16, scale=2.0), (4, 16))
    add('linear', F.linear, draw.leaf(2, 3, 4, 6), (2, 3, 4, 5), weight=draw.leaf(5, 6, scale=0.4), bias=draw.leaf(5))
    add('depthwise7', nchw(lambda x, w, b: F.conv2d(x, w, b, padding=3, groups=6)), draw.leaf(2, 9, 8, 6), (2, 9, 8, 6), **filters(6, 1, 7))
    add('patchify4', nchw(lambda x, w, b: F.conv2d(x, w, b, stride=4)), draw.leaf(2, 12, 8, 3), (2, 3, 2, 5), **filters(5, 3, 4))
    add('patchify2', nchw(lambda x, w, b: F.conv2d(x, w, b, stride=2)), draw.leaf(2, 6, 8, 4), (2, 3, 4, 5), **filters(5, 4, 2))
    add('conv3s2', nchw(lambda x, w, b: F.conv2d(x, w, b, stride=2, padding=1)), draw.leaf(2, 8, 6, 3), (2, 4, 3, 5), **filters(5, 3, 3))
    add('conv3s2odd', nchw(lambda x, w, b: F.conv2d(x, w, b, stride=2, padding=1)), draw.leaf(1, 7, 5, 3), (1, 4, 3, 5), **filters(5, 3, 3))
    add('layerscale', lambda x, g: x * g, draw.leaf(2, 3, 4, 6), (2, 3, 4, 6), gamma=draw.leaf(6))
    add('l2normalise', F.normalize, draw.leaf(4, 6), (4, 6))
    write('layers.safetensors', inputs, results, eps=1e-6,
          formula='activations NHWC; convolution weights as PyTorch has them [out, in/groups, kh, kw], linear [out, in]; gelu exact (erf); '
                  'norms over the last dimension, eps 1e-6: layernorm with biased variance; rmsnorm x/sqrt(mean(x^2)+eps) w; '
                  'simplenorm x/sqrt(var(x)+eps) w with the unbiased variance (C-1) and x not centred, as in timm')


def main():
    make_gem()
    make_bnneck()
    make_losses()
    make_layers()
