"""projection.safetensors: what scikit-learn makes of small clouds of points; src/projection/*.test.ts holds our own projections against it."""
import platform

import numpy as np
import sklearn
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.manifold._t_sne import _joint_probabilities, _kl_divergence
from sklearn.metrics import pairwise_distances

from common import HERE, SEED, safetensors


def clusters(rng, count, dim, groups, spread):
    """Gaussian groups, rounded to float32 so that both sides start from the same numbers."""
    centres = rng.standard_normal((groups, dim))
    points = centres[rng.integers(groups, size=count)] + spread * rng.standard_normal((count, dim))
    return points.astype(np.float32)


def affinities(points, metric, perplexity):
    """p(i, j) of pairs i < j as TSNE(method='exact') makes them."""
    distances = pairwise_distances(points, metric=metric) ** 2
    return _joint_probabilities(distances, perplexity, 0)


def main():
    rng = np.random.default_rng(SEED)
    arrays, metadata = {}, {}
    for name, points, k in (
        ('tall', clusters(rng, 40, 12, 4, 0.5) + 3, 4),
        ('wide', clusters(rng, 6, 20, 3, 0.5), 5),
    ):
        fitted = PCA(n_components=k, svd_solver='full').fit(points.astype(np.float64))
        arrays[f'pca-{name}/points'] = points
        arrays[f'pca-{name}/layout'] = fitted.transform(points.astype(np.float64))
        arrays[f'pca-{name}/axes'] = fitted.components_
        arrays[f'pca-{name}/variance'] = fitted.explained_variance_
        arrays[f'pca-{name}/share'] = fitted.explained_variance_ratio_

    points = clusters(rng, 60, 16, 5, 0.6)
    layout = rng.standard_normal((60, 2)).astype(np.float32)
    arrays['tsne/points'], arrays['tsne/layout'] = points, layout
    for metric in ('euclidean', 'cosine'):
        p = affinities(points.astype(np.float64), metric, 8)
        arrays[f'tsne-{metric}/affinities'] = p
        divergence, gradient = _kl_divergence(layout.astype(np.float64).ravel(), p, 1, 60, 2)
        arrays[f'tsne-{metric}/divergence'] = np.array([divergence])
        arrays[f'tsne-{metric}/gradient'] = gradient.reshape(60, 2)
        for k in (3, 10):
            value = trustworthiness(points.astype(np.float64), layout, n_neighbors=k, metric=metric)
            arrays[f'trust-{metric}/{k}'] = np.array([value])

    points = clusters(rng, 150, 10, 6, 0.8)
    arrays['run/points'] = points
    for perplexity in (10, 30):
        fit = TSNE(perplexity=perplexity, method='exact', random_state=0).fit(points)  # one result for all seeds: PCA starts it
        arrays[f'run/divergence-{perplexity}'] = np.array([fit.kl_divergence_])
        arrays[f'run/trust-{perplexity}'] = np.array([trustworthiness(points, fit.embedding_)])

    for name, value in arrays.items():
        assert np.isfinite(value).all(), name
    metadata |= {
        'made_by': 'test/golden/make_projection.py',
        'seed': str(SEED),
        'versions': f'python {platform.python_version()}, scikit-learn {sklearn.__version__}, numpy {np.__version__}',
        'tsne': 'perplexity 8; affinities p(i, j) of pairs i < j, row after row, summing to 1/2; divergence and gradient at layout',
        'run': 'TSNE(method=exact); trustworthiness with 5 neighbours',
    }
    path = HERE / 'projection.safetensors'
    path.write_bytes(safetensors(arrays, metadata))
    print(f'{path.name} {path.stat().st_size / 1000:.1f} kB {len(arrays)} arrays')


if __name__ == '__main__':
    main()
