"""Shows the draft of a wave on the terminal."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import Language, Phrase
from ingest.names import short as short_name
from orchestration.settings import PROJECT

if TYPE_CHECKING:
    from ingest.drafting import Draft, Proposal

WIDTH = 100
WIDEST = 21  # columns for a name
MOST_SHOWN = 3  # uses of a variable or battery


def short(path: Path) -> str:
    """Return a path as a person would type it: relative to the project if it is inside."""
    full = path.resolve()
    return str(full.relative_to(PROJECT) if full.is_relative_to(PROJECT) else full)


def show(made: Draft, written: Sequence[Path], place: Path, language: Language) -> None:
    """Print the proposals, what must be decided, the files written and what to do next.

    Args:
        made: the draft.
        written: the files that were written.
        place: where the file of answers must be put.
        language: of what is printed.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table

    terminal = sys.stdout.isatty()
    console = Console(width=None if terminal else WIDTH, highlight=False)
    items = [proposal for proposal in made.proposals if proposal.role == "item"]
    wave = f"{made.survey}/{made.wave}"
    title = Phrase(
        "orchestration.draft_title",
        wave=wave,
        file=made.file,
        respondents=made.respondents,
        variables=len(made.proposals),
        items=len(items),
        found=sum(proposal.confidence is not None for proposal in items),
    )
    console.print(title.text(language), markup=False, soft_wrap=True)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    names = Phrase("orchestration.draft_columns").text(language).split("|")
    for name, widest in zip(names, (WIDEST, 31, 9, None), strict=True):
        table.add_column(name, overflow="fold", max_width=widest)
    for group in _groups(made):
        table.add_row(*_row(group, made.survey, language))
    console.print(table, markup=False)
    console.print(Phrase("orchestration.draft_decisions").text(language), markup=False)
    for number, decision in enumerate(made.decisions, 1):
        numbered = Table.grid(padding=(0, 1))
        numbered.add_column(no_wrap=True)
        numbered.add_column(overflow="fold")
        numbered.add_row(f"{number:3}.", decision.text(language))
        console.print(numbered, markup=False)
    console.print()
    for path in written:
        line = Phrase("orchestration.draft_written", path=short(path)).text(language)
        console.print(line, markup=False, soft_wrap=True)  # a path stays whole
    following = Phrase("orchestration.draft_next", wave=wave, place=short(place))
    console.print(following.text(language), markup=False, soft_wrap=True)


def _groups(made: Draft) -> list[list[Proposal]]:
    """Group proposals with the same concept and decisions, the most pressing first."""
    from ingest.likeness.text import split_item

    pressing: dict[str, int] = {}
    kinds: dict[str, set[str]] = defaultdict(set)
    for number, decision in enumerate(made.decisions):
        for name in decision.about:
            pressing.setdefault(name, number)
            kinds[name].add(decision.kind)
    groups: dict[tuple[object, ...], list[Proposal]] = defaultdict(list)
    for proposal in made.proposals:
        name = proposal.variable
        stem, _ = split_item(proposal.label)
        # A battery goes together even where some of its items count towards less.
        concept = proposal.uses[0].concept if proposal.uses else name
        group = (stem or name.rstrip("0123456789"), concept, *sorted(kinds[name]))
        groups[group].append(proposal)
    return sorted(
        groups.values(),
        key=lambda group: (
            min(pressing.get(one.variable, len(made.decisions)) for one in group),
            min(one.confidence or 1.0 for one in group),
        ),
    )


def _row(group: list[Proposal], survey: str, language: Language) -> tuple[str, str, str, str]:
    least = min(group, key=lambda one: one.confidence or 0.0)
    most = max(one.confidence or 0.0 for one in group)
    place, _, earlier = least.like.replace(f"{survey}/", "").partition(" ")
    like = f"{place} {short_name(earlier, WIDEST)}".strip()
    variable = short_name(group[0].variable, WIDEST)
    if len(group) > 1:
        last = short_name(group[-1].variable, WIDEST)
        variable = f"{variable} … {last} ({len(group)})"
    uses: dict[str, None] = {}
    for use in (use for one in group for use in one.uses):
        whole = use.category is None or len(group) > 1
        name = use.concept if whole else f"{use.concept}: {use.category}"
        uses[f"{name} ({use.rule})"] = None
    shown = [*list(uses)[:MOST_SHOWN], *(["…"] if len(uses) > MOST_SHOWN else [])]
    guessed = [f"{name} ?" for name in dict.fromkeys(n for one in group for n in one.recognised)]
    proposal = ", ".join(shown or guessed[:MOST_SHOWN]) or (
        least.role
        if least.role != "item"
        else Phrase("orchestration.draft_no_proposal").text(language)
    )
    confidence = "" if least.confidence is None else f"{least.confidence:.2f}"
    if confidence and f"{most:.2f}" != confidence:
        confidence = f"{confidence}–{most:.2f}"
    explanation = least.explanation.text(language)
    if like:
        phrase = Phrase("orchestration.draft_evidence", like=like, told=explanation)
        explanation = phrase.text(language)
    return variable, proposal, confidence, explanation
