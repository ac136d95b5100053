"""adamw, schedule.json."""
import json
import math

import torch

from common import HERE, Draw, write

BASE, FINAL, TOTAL, WARMUP = 1e-3, 1e-6, 40, 5


def rate(step, total=TOTAL, warmup=WARMUP, base=BASE, final=FINAL):
    if step < warmup:
        return base * (step + 1) / warmup
    progress = (step + 1 - warmup) / (total - warmup)
    return final + (base - final) * 0.5 * (1 + math.cos(math.pi * progress))


def make_schedule():
    story = {
        'made_by': 'test/golden/make.py',
        'formula': 'step < warmup: base * (step + 1) / warmup; else final + (base - final) * (1 + cos(pi * (step + 1 - warmup) / (total - warmup))) / 2; '
                   'so step warmup-1 has base and step total-1 has final',
        'total': TOTAL, 'warmup': WARMUP, 'base': BASE, 'final': FINAL,
        'lr': [rate(step) for step in range(TOTAL)],
    }
    (HERE / 'schedule.json').write_text(json.dumps(story, indent=1) + '\n')
    print('schedule.json')


def make_adamw():
    draw = Draw('adamw')
    shapes = {'a': (3, 4), 'b': (2, 3, 2), 'c': (5,)}  # c takes no weight decay
    params = {n: draw.leaf(*s) for n, s in shapes.items()}
    grads = {n: draw.normal(10, *s, scale=0.5) for n, s in shapes.items()}
    inputs = {**{f'initial/{n}': p.clone() for n, p in params.items()}, **{f'grad/{n}': g for n, g in grads.items()}}
    lr = torch.tensor([rate(step, total=10, warmup=3) for step in range(10)])
    groups = [{'params': [params['a'], params['b']], 'weight_decay': 0.05}, {'params': [params['c']], 'weight_decay': 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.999), eps=1e-8)
    after, ema, emas = {n: [] for n in params}, {n: p.detach().clone() for n, p in params.items()}, {n: [] for n in params}
    for step in range(10):
        for group in optimiser.param_groups:
            group['lr'] = lr[step].item()
        for n, p in params.items():
            p.grad = grads[n][step].clone()
        optimiser.step()
        for n, p in params.items():
            after[n].append(p.detach().clone())
            if step < 3:
                ema[n] = 0.9 * ema[n] + 0.1 * p.detach()
                emas[n].append(ema[n])
    results = {'lr': lr, **{f'after/{n}': torch.stack(v) for n, v in after.items()}, **{f'ema/{n}': torch.stack(v) for n, v in emas.items()}}
    for n, p in params.items():
        results |= {f'm/{n}': optimiser.state[p]['exp_avg'], f'v/{n}': optimiser.state[p]['exp_avg_sq']}
    for kind, scale in (('clip-large', 1.0), ('clip-small', 0.01)):
        raw = {n: draw.normal(*s, scale=scale) for n, s in shapes.items()}
        for n, p in params.items():
            p.grad = raw[n].clone()
        results[f'{kind}/norm'] = torch.nn.utils.clip_grad_norm_(list(params.values()), 1.0)
        inputs |= {f'{kind}/grad/{n}': g for n, g in raw.items()}
        results |= {f'{kind}/result/{n}': p.grad.clone() for n, p in params.items()}
    write('adamw.safetensors', inputs, results, betas=[0.9, 0.999], eps=1e-8, weightDecay=0.05, noDecay=['c'], maxNorm=1.0, emaDecay=0.9,
          formula='torch.optim.AdamW: p *= 1 - lr wd; m, v; p -= lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps), t from 1. grad/* and after/* have the step first; '
                  'm/*, v/* after the tenth. Clipping: g *= min(1, 1 / (norm + 1e-6)). ema/*: e = 0.9 e + 0.1 p after each of the first 3 steps, e starts as initial/*')


def main():
    make_adamw()
    make_schedule()
