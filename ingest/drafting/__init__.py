"""Drafts the description of a new wave by comparing its file with what is described already.

`formats` tells how the file must be read, `profile` what its columns are, `wording` how alike two
texts are, `known` what can be recognised, `matching` which variable is which; `harmonising`,
`decisions` and `manifest` write what follows from that, and `drafting` puts it together. A draft is
a proposal: it names what a person must decide.
"""

from ingest.drafting.drafting import Draft, Proposal, draft_wave, refuse_overwriting, write

__all__ = ["Draft", "Proposal", "draft_wave", "refuse_overwriting", "write"]
