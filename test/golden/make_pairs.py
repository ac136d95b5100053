"""pair-losses: `python test/golden/make_pairs.py` with torch, timm, numpy and pytorch-metric-learning 2.9.0."""
import pytorch_metric_learning
import torch
import torch.nn.functional as F
from pytorch_metric_learning import losses, miners, reducers
from pytorch_metric_learning.utils import loss_and_miner_utils as lmu

from common import Draw, write

LABELS = torch.tensor([0, 1, 2, 0, 3, 1, 0, 2, 4, 0, 1, 2])  # four of 0, three of 1 and 2, one of 3 and 4
BANK_LABELS = torch.tensor([1, 3, 0, 5, 2, 4])  # each photo of the batch has a pair here
TRIPLET, CIRCLE, MULTI = dict(margin=0.3), dict(m=0.4, gamma=80), dict(alpha=2, beta=50, base=0.5)
MEAN = dict(reducer=reducers.MeanReducer())

# Name, loss, miner. A mean over triplets, mined before, and not over those alone that cost something.
MADE = [
    ('triplet-batch-hard', losses.TripletMarginLoss(**TRIPLET, **MEAN), miners.BatchHardMiner()),
    ('triplet-semi-hard', losses.TripletMarginLoss(**TRIPLET, **MEAN), miners.TripletMarginMiner(margin=0.3, type_of_triplets='semihard')),
    ('multi-similarity', losses.MultiSimilarityLoss(**MULTI), miners.MultiSimilarityMiner(epsilon=0.1)),
    ('circle', losses.CircleLoss(**CIRCLE), None),
    ('supervised-contrastive', losses.SupConLoss(temperature=0.1), None),
]
# With a bank behind the batch: all pairs but those of a photo with itself.
BANKED = ['multi-similarity', 'circle', 'supervised-contrastive']


def banked(loss, embeddings, bank):
    references, labels = torch.cat([embeddings, bank]), torch.cat([LABELS, BANK_LABELS])
    pairs = lmu.remove_self_comparisons(lmu.get_all_pairs_indices(LABELS, labels), torch.arange(len(LABELS)), len(labels))
    return loss(embeddings, LABELS, pairs, references, labels)


def main():
    draw = Draw('pair-losses')
    centres = draw.normal(5, 6)
    embeddings = (centres[LABELS] + draw.normal(12, 6, scale=1.2)).float().double().requires_grad_()
    bank = F.normalize(draw.normal(6, 6)).float().double()
    inputs = {'embeddings': embeddings, 'labels': LABELS, 'bank': bank, 'bank_labels': BANK_LABELS}
    results = {}
    for name, loss, miner in MADE:
        values = {name: loss(embeddings, LABELS, None if miner is None else miner(embeddings, LABELS))}
        if name in BANKED:
            values[f'{name}/bank'] = banked(loss, embeddings, bank)
        for key, value in values.items():
            assert value > 0, key
            results[f'{key}/loss'] = value
            results[f'{key}/dembeddings'], = torch.autograd.grad(value, embeddings)
    write('pair-losses.safetensors', inputs, results, made_by='test/golden/make_pairs.py',
          pytorch_metric_learning=pytorch_metric_learning.__version__, triplet=TRIPLET, circle=CIRCLE, multiSimilarity=MULTI,
          epsilon=0.1, temperature=0.1,
          formula='by pytorch-metric-learning; embeddings are normalised by it, the bank is; /bank: references are the batch and the bank, '
                  'all pairs but those of a photo with itself, multi-similarity without its miner')


if __name__ == '__main__':
    main()
