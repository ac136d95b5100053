"""Regenerates every golden file but those of make_resize.py, make_projection.py, make_pairs.py, make_margins.py and make_timm.py: `python test/golden/make.py` with torch, timm, numpy, safetensors."""
import make_convnext
import make_layers
import make_mixed
import make_optim
import make_reid
import make_torch
import make_vit

for part in (make_layers, make_convnext, make_optim, make_reid, make_mixed, make_torch, make_vit):
    part.main()
