"""Drafts the description of a new wave by comparing its file with what is described already.

`formats` reads the file, `profile` looks at its columns, `candidates` lists what they may be and
`matching` finds which one each is. `harmonising` drafts the crosswalk rows, `items` and `manifest`
the manifest, `decisions` lists what a person must decide. `new_wave` puts the draft together and
`files` writes it. A draft is a proposal, never final.
"""

from ingest.drafting.draft import Draft, Proposal
from ingest.drafting.files import refuse_overwriting, write
from ingest.drafting.new_wave import Described, draft_wave

__all__ = ["Described", "Draft", "Proposal", "draft_wave", "refuse_overwriting", "write"]
