"""Drafts the description of a new wave by comparing its file with what is described already.

`formats` reads the file, `codebook` adds labels from a table beside it, `report` tells what the
file says of itself. `profile` looks at its columns, `candidates` lists what they may be and
`matching` finds which one each is. `harmonising` drafts the crosswalk rows, `items` and `manifest`
the manifest, `new_survey` a survey and concepts of its own. `decisions` lists what a person must
decide. `new_wave` puts the draft together and `files` writes it, accepts it and discards it. A
draft is a proposal, never final.
"""

from ingest.drafting.draft import Draft, Proposal
from ingest.drafting.files import (
    accept,
    discard,
    find,
    refuse_overwriting,
    refuse_undecided,
    undecided,
    write,
)
from ingest.drafting.new_wave import Described, NewSurvey, draft_wave
from ingest.drafting.report import FileReport, inspect_file

__all__ = [
    "Described",
    "Draft",
    "FileReport",
    "NewSurvey",
    "Proposal",
    "accept",
    "discard",
    "draft_wave",
    "find",
    "inspect_file",
    "refuse_overwriting",
    "refuse_undecided",
    "undecided",
    "write",
]
