"""The fictitious insurer 澄岳人寿 / Chengyue Life: synthetic tables with a planted truth; no method imports this."""

from cvc_helpers.synthetic.make import make_insurer
from cvc_helpers.synthetic.records import Switches, Truth

__all__ = ["Switches", "Truth", "make_insurer"]
