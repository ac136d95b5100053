"""margin-losses: `python test/golden/make_margins.py` with torch, timm, numpy and pytorch-metric-learning 2.9.0."""
import math

import pytorch_metric_learning
import torch
import torch.nn.functional as F
from pytorch_metric_learning.losses import SubCenterArcFaceLoss

from common import Draw, write

LABELS = torch.tensor([0, 1, 2, 3, 4, 1, 0, 2])
PHOTOS = [40, 12, 3, 7, 1]  # training photos of each identity
SCALE = 16.0


def cosines(embeddings, weight):
    return F.normalize(embeddings) @ F.normalize(weight).T


def with_true(cos, changed):
    return SCALE * torch.where(F.one_hot(LABELS, cos.shape[1]).bool(), changed, cos)


def sub_center(embeddings, weight, draw):
    """pytorch-metric-learning's, with its own weights; three centres an identity."""
    loss = SubCenterArcFaceLoss(num_classes=5, embedding_size=6, margin=math.degrees(0.5), scale=SCALE, sub_centers=3)
    loss.W = torch.nn.Parameter(weight.detach().T.clone())
    value = loss(embeddings, LABELS)
    de, dw = torch.autograd.grad(value, (embeddings, loss.W))
    return {'loss': value, 'dembeddings': de, 'dweight': dw.T}


def dynamic(embeddings, weight):
    """Margins from 0.2 (most photos) to 0.5 rad (fewest), falling as n^-1/4 (arXiv:2010.05350, section 3.2)."""
    rarity = torch.tensor(PHOTOS).double() ** -0.25
    margins = 0.2 + 0.3 * (rarity - rarity.min()) / (rarity.max() - rarity.min())
    theta = torch.acos(cosines(embeddings, weight).clamp(-1 + 1e-9, 1 - 1e-9))
    return with_true(theta.cos(), torch.cos(theta + margins)), margins


def adaface(embeddings, weight, state):
    """arXiv:2204.00964, eqs. 14 to 16, m 0.4, h 0.333; running mean and deviation of norms with decay 0.9, each divided by its weight so far."""
    norms = embeddings.norm(dim=1, keepdim=True).clamp(1e-3, 100).detach()
    for key, now in (('weight', torch.ones(())), ('mean', norms.mean()), ('deviation', norms.std())):
        state[key] = 0.9 * state[key] + 0.1 * now
    z = ((norms - state['mean'] / state['weight']) / (state['deviation'] / state['weight'] + 1e-3) * 0.333).clamp(-1, 1)
    theta = torch.acos(cosines(embeddings, weight).clamp(-1 + 1e-9, 1 - 1e-9))
    return with_true(theta.cos(), torch.cos((theta - 0.4 * z).clamp(0, math.pi)) - (0.4 * z + 0.4))


def class_weights(beta):
    """arXiv:1901.05555: (1 - b) / (1 - b^n), scaled to a sum of the number of classes."""
    raw = (1 - beta) / (1 - beta ** torch.tensor(PHOTOS).double())
    return raw / raw.sum() * len(PHOTOS)


def main():
    draw = Draw('margin-losses')
    weight, centers = draw.leaf(5, 6), draw.leaf(15, 6)
    embeddings = (weight[LABELS] * 1.5 + draw.normal(8, 6) * torch.tensor([[0.5], [1], [2], [1], [4], [0.3], [1], [1]])).float().double()
    later = draw.normal(8, 6, scale=2)
    embeddings, later = embeddings.detach().requires_grad_(), later.requires_grad_()
    inputs = {'embeddings': embeddings, 'later': later, 'weight': weight, 'centers': centers, 'labels': LABELS}
    results = {f'sub-center/{k}': v for k, v in sub_center(embeddings, centers, draw).items()}

    def add(name, logits, e, sample_weights=None):
        each = F.cross_entropy(logits, LABELS, reduction='none')
        loss = (each if sample_weights is None else each * sample_weights).mean()
        de, dw = torch.autograd.grad(loss, (e, weight))
        results.update({f'{name}/loss': loss, f'{name}/dembeddings': de, f'{name}/dweight': dw})

    logits, margins = dynamic(embeddings, weight)
    add('dynamic-margin', logits, embeddings)
    results['dynamic-margin/margins'] = margins
    state = {key: torch.zeros(()) for key in ('weight', 'mean', 'deviation')}
    add('adaface', adaface(embeddings, weight, state), embeddings)
    add('adaface-later', adaface(later, weight, state), later)
    results.update({f'adaface/{key}': value.reshape(1) for key, value in state.items()})
    add('class-balanced', SCALE * cosines(embeddings, weight), embeddings, class_weights(0.9)[LABELS])
    results['class-balanced/weights'] = class_weights(0.9)
    write('margin-losses.safetensors', inputs, results, made_by='test/golden/make_margins.py', photos=PHOTOS, scale=SCALE,
          pytorch_metric_learning=pytorch_metric_learning.__version__, formula=__doc__)


if __name__ == '__main__':
    main()
