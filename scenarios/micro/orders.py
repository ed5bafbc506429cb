"""What the harness orders, from the JSON file that RSSBENCH_MICRO_PLAN names.

``cfg``: path of dirac.cfg. ``order_seed``: a number that the order of the benchmarks follows from, or null for the
order of the files. ``turns``: the socket at which turns are given, and ``side``, who asks; null when alone.
"""

import json
import os
from pathlib import Path

VARIABLE = "RSSBENCH_MICRO_PLAN"

ORDERS = json.loads(Path(os.environ[VARIABLE]).read_text())
