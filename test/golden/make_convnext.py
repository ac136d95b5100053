"""convnext-<variant>, convnext-names.json."""
import json
from unittest import mock

import timm
import torch
from timm.models import convnext, get_pretrained_cfg
from timm.models.convnext import ConvNeXt

from common import HERE, Draw, randomise, write

BASE = dict(depths=(1, 1, 1, 1), dims=(4, 5, 6, 8))
VARIANTS = {  # name -> constructor arguments, and the timm entry points that are built like it
    'patch': (dict(depths=(1, 1, 2, 1), dims=(4, 6, 8, 10)), 'tiny, small, base, large, xlarge'),
    'atto': (dict(BASE, conv_mlp=True), 'atto, femto, pico, nano'),
    'atto_ols': (dict(BASE, conv_mlp=True, stem_type='overlap_tiered', dims=(12, 5, 6, 8)), 'atto_ols, femto_ols, pico_ols'),
    'nano_ols': (dict(BASE, conv_mlp=True, stem_type='overlap'), 'nano_ols'),
    'tiny_hnf': (dict(BASE, conv_mlp=True, head_norm_first=True), 'tiny_hnf'),
    'large_mlp': (dict(BASE, head_hidden_size=12, norm_eps=1e-5), 'large_mlp (with the eps of xxlarge)'),
    'atto_rms': (dict(BASE, conv_mlp=True, norm_layer='rmsnorm2d'), 'atto_rms'),
    'zepto_rms_ols': (dict(BASE, conv_mlp=True, norm_layer='simplenorm', stem_type='overlap_act'), 'zepto_rms (with a patch stem), zepto_rms_ols'),
    'v2_atto': (dict(BASE, conv_mlp=True, use_grn=True, ls_init_value=None), 'convnextv2_atto, femto, pico, nano'),
    'v2': (dict(BASE, use_grn=True, ls_init_value=None), 'convnextv2_tiny, small, base, large, huge'),
}
STATISTICS = {(0.485, 0.456, 0.406): 'imagenet', (0.48145466, 0.4578275, 0.40821073): 'clip', (0.5, 0.5, 0.5): 'half'}


def make_variant(name, arguments, like):
    draw = Draw(f'convnext-{name}')
    model = randomise(ConvNeXt(num_classes=0, **arguments), draw)
    size = (32, 64) if name == 'patch' else (32, 32)
    x = draw.leaf(2, 3, *size)
    features = model.forward_features(x)
    dfeatures = draw.normal(*features.shape)
    names = [n for n, _ in model.named_parameters() if not n.startswith('head.')]
    leaves = dict(model.named_parameters())
    grads = torch.autograd.grad(features, (x, *(leaves[n] for n in names)), dfeatures)
    inputs = {'x': x, 'dfeatures': dfeatures, **{f'param/{n}': v for n, v in model.state_dict().items()}}
    results = {'features': features, 'out': model(x), 'grad/x': grads[0].float(), **{f'grad/{n}': g for n, g in zip(names, grads[1:])}}
    write(f'convnext-{name}.safetensors', inputs, results, arguments=arguments, entry_points=like,
          formula='x, features, dfeatures NCHW; features = forward_features(x) (norm_pre included where head_norm_first); '
                  'grad/* = gradients of sum(features * dfeatures), none for head.*; grad/x is rounded to float32; '
                  'out = timm forward with num_classes=0: average pool, head.norm, flatten, pre_logits where there are any')


def pretrained_of(name):
    """tag -> [input size, statistics of the pixels, licence], timm's default first."""
    default = get_pretrained_cfg(name).tag
    tags = [m.split('.', 1)[1] for m in timm.list_models(f'{name}.*', pretrained=True)]
    configs = {tag: get_pretrained_cfg(f'{name}.{tag}') for tag in sorted(tags, key=lambda tag: tag != default)}
    return {tag: [c.input_size[1], STATISTICS[tuple(c.mean)], c.license] for tag, c in configs.items()}


def make_names():
    """Constructor arguments are caught on their way into the class; models are built on the meta device."""
    models = {}
    for name in timm.list_models('convnext*'):
        caught = {}

        def catch(variant, pretrained=False, **kwargs):
            caught.update(kwargs)
            return ConvNeXt(**kwargs)

        with mock.patch.object(convnext, '_create_convnext', catch), torch.device('meta'):
            model = getattr(convnext, name)(num_classes=0)
            classifier = getattr(convnext, name)().head.fc
        caught.pop('num_classes', None)
        models[name] = {
            'arguments': caught,
            'parameters': sum(p.numel() for p in model.parameters()),
            'parameters_with_classifier_1000': sum(p.numel() for p in model.parameters()) + sum(p.numel() for p in classifier.parameters()),
            'pretrained': pretrained_of(name),
            'state': [[n, list(v.shape)] for n, v in model.state_dict().items()],
        }
    body = ',\n'.join(f'{json.dumps(n)}:{json.dumps(m, separators=(",", ":"))}' for n, m in models.items())
    head = json.dumps({'made_by': 'test/golden/make.py', 'timm': timm.__version__, 'torch': torch.__version__}, separators=(',', ':'))
    (HERE / 'convnext-names.json').write_text(f'{{"about":{head},\n"models":{{\n{body}\n}}}}\n')
    print(f'convnext-names.json {len(models)} models, {(HERE / "convnext-names.json").stat().st_size / 1000:.1f} kB')


def main():
    for name, (arguments, like) in VARIANTS.items():
        make_variant(name, arguments, like)
    make_names()
