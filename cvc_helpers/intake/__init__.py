"""Client files to canonical tables: the only package that sees a client's raw values.

`propose_mapping` looks and proposes, a person confirms `mapping.yml`, `ingest` takes in; `letter` asks for data.
"""

from cvc_helpers.intake.ingest import IngestResult, ingest
from cvc_helpers.intake.mapping import FileMapping, Mapping, load_mapping, save_mapping
from cvc_helpers.intake.profile import profile_text, propose_mapping
from cvc_helpers.intake.request import letter

__all__ = [
    "FileMapping",
    "IngestResult",
    "Mapping",
    "ingest",
    "letter",
    "load_mapping",
    "profile_text",
    "propose_mapping",
    "save_mapping",
]
