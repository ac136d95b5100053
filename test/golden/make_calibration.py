"""calibration.json: scikit-learn's isotonic and logistic regression, weighted and with equal scores."""
import json
from pathlib import Path

import numpy
import sklearn
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

HERE = Path(__file__).parent
rng = numpy.random.default_rng(20261126)


def pairs(n, digits):
    same = rng.random(n) < 0.3
    scores = numpy.round(rng.normal(size=n) + 1.2 * same, digits)
    weights = numpy.round(rng.uniform(0.5, 4, size=n), 2)
    return scores, same.astype(int), weights


def isotonic(n, digits):
    scores, same, weights = pairs(n, digits)
    model = IsotonicRegression(y_min=0, y_max=1, out_of_bounds='clip').fit(scores, same, sample_weight=weights)
    return {'scores': scores.tolist(), 'same': same.tolist(), 'weights': weights.tolist(), 'fitted': model.predict(scores).tolist()}


def logistic(n, d, ridge):
    features = numpy.round(rng.normal(size=(n, d)) * [1, 5, 0.2][:d] + [0, 3, -1][:d], 3)
    same = (rng.random(n) < 1 / (1 + numpy.exp(-(features[:, 0] - 0.3 * features[:, -1])))).astype(int)
    weights = numpy.round(rng.uniform(0.5, 4, size=n), 2)
    means, deviations = features.mean(axis=0), features.std(axis=0)
    model = LogisticRegression(C=1 / ridge, tol=1e-12, max_iter=10_000, solver='newton-cholesky')
    model.fit((features - means) / deviations, same, sample_weight=weights)
    coefficients = model.coef_[0] / deviations
    return {
        'features': features.tolist(), 'same': same.tolist(), 'weights': weights.tolist(), 'ridge': ridge,
        'coefficients': coefficients.tolist(), 'intercept': float(model.intercept_[0] - coefficients @ means),
    }


story = {
    'made_by': 'test/golden/make_calibration.py',
    'versions': {'scikit-learn': sklearn.__version__, 'numpy': numpy.__version__},
    'isotonic': [isotonic(12, 1), isotonic(120, 1), isotonic(60, 6)],
    'logistic': [logistic(60, 1, 1e-6), logistic(200, 3, 1), logistic(200, 3, 20)],
}
(HERE / 'calibration.json').write_text(json.dumps(story) + '\n')
