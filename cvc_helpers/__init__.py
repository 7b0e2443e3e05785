"""The helper package of the Customer Value Creation Handbook."""

import os

__version__ = "0.1.0"

# One thread for linear algebra: the same digits on every machine, and no fight for cores where cases run side by side.
for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
