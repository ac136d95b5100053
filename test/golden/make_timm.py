"""timm-<network>: what load_in_timm.py makes of networks that rosette exported.

ROSETTE_TIMM=FOLDER npx vitest run test/timm.test.ts && python test/golden/make_timm.py FOLDER
"""
import sys
from pathlib import Path

import numpy as np
import torch

from common import write
from load_in_timm import open_model

torch.set_default_dtype(torch.float32)  # as for anybody who runs load_in_timm.py

for folder in sorted(Path(sys.argv[1]).iterdir()):
    pixels = np.load(folder / 'pixels.npy').astype(np.uint8)
    write(f'timm-{folder.name}.safetensors', {}, {'embedding': open_model(folder)(pixels)}, made_by='test/golden/make_timm.py',
          formula='the photos and weights that test/timm.test.ts draws -> load_in_timm.py, float32 [N, D]')
