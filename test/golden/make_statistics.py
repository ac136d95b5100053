"""statistics.json: scikit-learn's adjusted mutual information, adjusted Rand index, average linkage, silhouette, area under the ROC curve."""
import json
from pathlib import Path

import numpy
import sklearn
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score, roc_auc_score, silhouette_score

HERE = Path(__file__).parent
rng = numpy.random.default_rng(20261126)


def labellings():
    pairs = [([0, 0, 1, 1, 2, 2], [0, 0, 1, 2, 2, 2]), ([0, 0, 0, 0], [0, 1, 2, 3]), ([0, 1, 2, 3], [0, 1, 2, 3]), ([0, 0, 0], [1, 1, 1])]
    for n, a, b in [(40, 5, 5), (40, 5, 20), (300, 30, 12), (300, 2, 2), (120, 119, 60)]:
        true = rng.integers(a, size=n)
        noisy = numpy.where(rng.random(n) < 0.6, true % b, rng.integers(b, size=n))
        pairs.append((true.tolist(), noisy.tolist()))
    return [{'a': a, 'b': b, 'ami': adjusted_mutual_info_score(a, b), 'ari': adjusted_rand_score(a, b)} for a, b in pairs]


def clusters(count, identities, spread):
    centres = rng.normal(size=(identities, 6))
    labels = rng.integers(identities, size=count)
    points = numpy.round(centres[labels] + spread * rng.normal(size=(count, 6)), 3)
    found = {}
    for k in sorted({2, identities // 2, identities, identities * 2}):
        linkage = AgglomerativeClustering(n_clusters=k, metric='cosine', linkage='average').fit(points)
        found[k] = {'labels': linkage.labels_.tolist(), 'silhouette': silhouette_score(points, linkage.labels_, metric='cosine')}
    return {'points': points.tolist(), 'identities': labels.tolist(), 'cuts': found}


def curves():
    made = []
    for n in [12, 200]:
        known = rng.random(n) < 0.6
        scores = numpy.round(rng.normal(size=n) + known, 1)
        made.append({'known': known.astype(int).tolist(), 'scores': scores.tolist(), 'auroc': roc_auc_score(known, scores)})
    return made


story = {
    'made_by': 'test/golden/make_statistics.py',
    'versions': {'scikit-learn': sklearn.__version__, 'numpy': numpy.__version__},
    'labellings': labellings(),
    'clusters': [clusters(30, 6, 0.4), clusters(90, 12, 0.8)],
    'curves': curves(),
}
(HERE / 'statistics.json').write_text(json.dumps(story) + '\n')
