"""vit-<variant>, rotary, positions, vit-names.json."""
import json

import timm
import torch
import torch.nn.functional as F
from timm.layers import resample_abs_pos_embed
from timm.layers.pos_embed_sincos import RotaryEmbeddingCat, RotaryEmbeddingDinoV3, build_rotary_pos_embed
from timm.models._registry import _model_default_cfgs

from common import HERE, Draw, randomise, write

SMALL = dict(img_size=(8, 16), patch_size=4, embed_dim=16, depth=2, num_heads=2, mlp_ratio=3, num_classes=0)
VARIANTS = {  # name -> timm's entry point and what is changed besides its size
    'class-token': ('vit_base_patch16_224', {}),
    'average': ('vit_base_patch16_224', dict(class_token=False, global_pool='avg')),
    'qk-norm': ('vit_base_patch16_224', dict(qk_norm=True)),
    'dinov2': ('vit_base_patch14_dinov2', {}),
    'reg4': ('vit_base_patch14_reg4_dinov2', {}),
    'giant': ('vit_giant_patch14_dinov2', dict(mlp_ratio=6)),
    'eva02-small': ('eva02_small_patch14_224', {}),
    'eva02-large': ('eva02_large_patch14_448', {}),
    'dinov3': ('vit_base_patch16_dinov3', {}),
    'dinov3-plus': ('vit_small_plus_patch16_dinov3_qkvb', {}),
}
NAMES = [
    *(f'vit_{size}_patch16_{px}' for size in ('tiny', 'small', 'base', 'large') for px in (224, 384)),
    'vit_small_patch8_224', 'vit_base_patch8_224', 'vit_large_patch14_224', 'vit_huge_patch14_224',
    *(f'vit_{size}_patch14_{kind}' for size in ('small', 'base', 'large', 'giant') for kind in ('dinov2', 'reg4_dinov2')),
    *(f'eva02_{size}_patch14_{px}' for size, px in (('tiny', 224), ('tiny', 336), ('small', 224), ('small', 336),
                                                    ('base', 224), ('base', 448), ('large', 224), ('large', 448))),
    'vit_tiny_patch16_dinov3_qkvb',
    *(f'vit_{size}_patch16_dinov3{bias}' for size in ('small', 'small_plus', 'base', 'large') for bias in ('', '_qkvb')),
]


def rotary(rope, grid):
    """timm's own functions in float64, [T, 2d] of sin and cos: timm rounds frequencies and coordinates to float32 on the way."""
    bands = rope.dim // 4
    if isinstance(rope, RotaryEmbeddingDinoV3):
        periods = rope.temperature ** (torch.arange(bands) / bands)
        table = [t.flatten(0, -2) for t in coordinates(rope, grid, periods)]
    else:
        frequencies = rope.temperature ** -(torch.arange(bands) / bands)
        table = build_rotary_pos_embed(list(grid), bands=frequencies, in_pixels=False, ref_feat_shape=rope.ref_feat_shape, dtype=torch.float64)
    table = torch.cat(list(table), -1)
    own = rope.get_embed() if rope.feat_shape is not None else rope.get_embed(shape=list(grid))
    assert torch.allclose(table, own.double(), atol=1e-5), (table - own).abs().max()
    return table


def coordinates(rope, grid, periods):
    rope.periods = periods
    places = [(torch.arange(n, dtype=torch.float64) + 0.5) / n * 2 - 1 for n in grid]
    return rope._get_pos_embed_from_coords(torch.stack(torch.meshgrid(*places, indexing='ij'), -1).flatten(0, 1))


def make_variant(name, entry, changes):
    draw = Draw(f'vit-{name}')
    arguments = {**SMALL, **changes}
    model = randomise(timm.create_model(entry, **arguments), draw)
    if getattr(model, 'rope', None) is not None:  # the table is an input: exact in float32
        table = rotary(model.rope, (2, 4)).float().double()
        model.rope.get_embed = lambda *_, **__: table
    x = draw.leaf(2, 3, *SMALL['img_size'])
    features = model.forward_features(x)
    out = model(x)
    dfeatures, dout = draw.normal(*features.shape), draw.normal(*out.shape)
    leaves = dict(model.named_parameters())
    grads = torch.autograd.grad((features, out), (x, *leaves.values()), (dfeatures, dout))
    inputs = {'x': x, 'dfeatures': dfeatures, 'dout': dout, **{f'param/{n}': v for n, v in model.state_dict().items()}}
    results = {'features': features, 'out': out, 'grad/x': grads[0].float(), **{f'grad/{n}': g for n, g in zip(leaves, grads[1:])}}
    write(f'vit-{name}.safetensors', inputs, results, entry_point=entry, arguments=arguments,
          formula='x NCHW; features [B, T, C] = forward_features(x); out [B, C] = timm forward with num_classes=0: class token or average of '
                  'the patches as the entry point pools, fc_norm where it has one; grad/* = gradients of sum(features * dfeatures) + '
                  'sum(out * dout); grad/x is rounded to float32; rotary tables are timm\'s formula in float64, rounded to float32')


def make_rotary():
    results = {}
    for name, rope in {
        'eva02': RotaryEmbeddingCat(dim=16, temperature=10000, in_pixels=False, feat_shape=[3, 5], ref_feat_shape=[16, 16]),
        'dinov3': RotaryEmbeddingDinoV3(dim=16, temperature=100, feat_shape=[3, 5], rotate_half=True),
    }.items():
        results[f'{name}/sin'], results[f'{name}/cos'] = rotary(rope, (3, 5)).chunk(2, -1)
    write('rotary.safetensors', {}, results, formula='grid of 3 x 5 patches, heads of 16 channels; eva02: temperature 10000, reference grid 16; '
                                                     'dinov3: temperature 100; [T, d] in the layout that timm applies')


def make_positions():
    draw, results = Draw('positions'), {}
    table = draw.normal(1, 5 + 6 * 7, 4)
    for rows, columns in ((3, 4), (9, 7), (12, 16), (5, 14)):
        grid = table[:, 5:].reshape(1, 6, 7, 4).permute(0, 3, 1, 2)
        new = F.interpolate(grid, size=(rows, columns), mode='bicubic', antialias=True).permute(0, 2, 3, 1).reshape(1, -1, 4)
        new = torch.cat([table[:, :5], new], 1)
        own = resample_abs_pos_embed(table, new_size=[rows, columns], old_size=[6, 7], num_prefix_tokens=5)  # in float32
        assert torch.allclose(new, own, atol=1e-6), (new - own).abs().max()
        results[f'{rows}x{columns}'] = new
    write('positions.safetensors', {'table': table}, results,
          formula='table [1, 5 + 6*7, 4]: timm resample_abs_pos_embed from 6 x 7 to <rows>x<columns> with 5 prefix tokens, in float64')


def make_names():
    models = {}
    for name in NAMES:
        with torch.device('meta'):
            model = timm.create_model(name, num_classes=0)
        state = {n: list(v.shape) for n, v in model.state_dict().items()}
        assert set(state) == {n for n, _ in model.named_parameters()}, name  # no buffers
        depth = len(model.blocks)
        block = {n[len('blocks.0.'):]: s for n, s in state.items() if n.startswith('blocks.0.')}
        for i in range(depth):
            assert block == {n[len(f'blocks.{i}.'):]: s for n, s in state.items() if n.startswith(f'blocks.{i}.')}, name
        cfgs = {tag: cfg for tag, cfg in _model_default_cfgs[name].cfgs.items() if cfg.has_weights}
        cfgs = {tag: cfgs[tag] for tag in _model_default_cfgs[name].tags if tag in cfgs}  # the default first
        models[name] = {
            'input': model.patch_embed.img_size[0],
            'parameters': sum(p.numel() for p in model.parameters()),
            'pretrained': {tag: {'input': c.input_size[1], 'mean': c.mean, 'std': c.std, 'license': c.license} for tag, c in cfgs.items()},
            'state': {n: s for n, s in state.items() if not n.startswith('blocks.')},
            'blocks': depth,
            'block': block,
        }
    body = ',\n'.join(f'{json.dumps(n)}:{json.dumps(m, separators=(",", ":"))}' for n, m in models.items())
    head = json.dumps({'made_by': 'test/golden/make.py', 'timm': timm.__version__, 'torch': torch.__version__}, separators=(',', ':'))
    (HERE / 'vit-names.json').write_text(f'{{"about":{head},\n"models":{{\n{body}\n}}}}\n')
    print(f'vit-names.json {len(models)} models, {(HERE / "vit-names.json").stat().st_size / 1000:.1f} kB')


def main():
    for name, (entry, changes) in VARIANTS.items():
        make_variant(name, entry, changes)
    make_rotary()
    make_positions()
    make_names()

