"""What is measured and how each wave's variables become that: the seeds of the dbt project.

`rows` and `rules` are their typed models, `reading` reads them, `references` and `crosswalk` check
them together. dbt computes with the same files.
"""

from ingest.descriptions import Rows as Rows
from ingest.harmonisation.reading import load as load
from ingest.harmonisation.rows import (
    Category as Category,
)
from ingest.harmonisation.rows import (
    Concept as Concept,
)
from ingest.harmonisation.rows import (
    CrosswalkRow as CrosswalkRow,
)
from ingest.harmonisation.rows import (
    GroupDimension as GroupDimension,
)
from ingest.harmonisation.rows import (
    MissingKind as MissingKind,
)
from ingest.harmonisation.rows import (
    Recode as Recode,
)
from ingest.harmonisation.rows import (
    Status as Status,
)
from ingest.harmonisation.rules import CrosswalkRule as CrosswalkRule
from ingest.harmonisation.seeds import SEEDS as SEEDS
from ingest.harmonisation.seeds import Harmonisation as Harmonisation
