"""Lists what only a person can decide, the most pressing first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ingest.codes import as_code
from ingest.drafting.findings import Findings
from ingest.drafting.harmonising import DraftedRows
from ingest.drafting.matching import Match
from ingest.drafting.profile import FileVariable, Profile, Role
from ingest.likeness.codes import order_of
from ingest.likeness.evidence import SURE
from ingest.messages import LANGUAGES, Language, Phrase, listing
from ingest.models import Text
from ingest.registry import SurveyWave

# All kinds of decisions, in the order in which they are shown.
KINDS = (
    "population_unknown",
    "respondent_unknown",
    "unmatched",
    "new_code",
    "other_answers",
    "twin",
    "unsure",
    "scale_of_other_items",
    "wording_changed",
    "reversed",
    "asked_of_others",
    "base_unknown",
    "code_without_label",
    "code_unlabelled",
    "number",
    "weight",
    "identifiers",
    "undetermined",
    "inherited",
    "translate",
    "reference_period",
    "field_period",
    "field_period_unknown",
    "design_unknown",
    "design_of",
    "population_copied",
    "not_asked",
)


class Decision(Text):
    """What a person must decide, in both languages.

    Attributes:
        kind: its name in `KINDS`.
        about: the variables, concepts or keys that it is about.
    """

    kind: str
    about: tuple[str, ...]


def shortened(names: Sequence[str]) -> str:
    """Join names; of a battery the first and the last are named, and how many there are."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name in names:
        groups[name.rstrip("0123456789")].append(name)
    return ", ".join(
        f"{group[0]} … {group[-1]} ({len(group)})" if len(group) > 3 else ", ".join(group)
        for group in groups.values()
    )


@dataclass
class Decisions:
    """Decisions by kind, and the same as comments on keys and variables of the manifest."""

    language: Language
    found: dict[str, list[Decision]] = field(default_factory=lambda: defaultdict(list))
    comments: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(
        self, kind: str, about: Iterable[str], at: Iterable[str] | None = None, **values: object
    ) -> None:
        """Note a decision.

        Args:
            kind: its name in `KINDS`.
            about: the variables, concepts or keys that it is about.
            at: variables or keys of the manifest where it becomes a comment; else `about`.
            values: what its words name between braces.
        """
        names = tuple(about)
        if not names:
            return
        texts = {
            language: Phrase(
                f"decide_{kind}",
                variables=shortened(names),
                concepts=listing(names, 20, language),
                **values,
            ).text(language)
            for language in LANGUAGES
        }
        self.found[kind].append(Decision(nl=texts["nl"], en=texts["en"], kind=kind, about=names))
        lead = Phrase("comment_decide").text(self.language)
        for name in names if at is None else at:
            self.comments[name].append(f"{lead}: {texts[self.language]}")

    def ordered(self) -> tuple[Decision, ...]:
        """Return all decisions, in the order of `KINDS`."""
        return tuple(decision for kind in KINDS for decision in self.found[kind])


def decide_on_variables(decisions: Decisions, found: Findings) -> None:
    """Note what must be decided about items."""
    rows = found.rows
    unlabelled: dict[str, list[str]] = defaultdict(list)
    turned: dict[str, list[str]] = defaultdict(list)
    for variable in found.profile.variables:
        name, match = variable.name, found.matches.get(variable.name)
        if match is None:
            shown = f"{name} ({variable.label})" if variable.label else name
            decisions.add("unmatched", [name], shown=shown)
            continue
        like = match.candidate.name
        if not match.candidate.variable:
            like = ", ".join(match.candidate.counts_towards)
        if codes := rows.new_codes.get(name):
            shown = ", ".join(f"{code} ({variable.codes[code]})" for code in codes)
            recodes = ", ".join(sorted(rows.own_recodes[name]))
            decisions.add("new_code", [name], codes=shown, recodes=recodes)
        if name in rows.no_rule:
            decisions.add("other_answers", [name], like=like)
        elif match.twin:
            decisions.add("twin", [name], like=like, other=match.twin.name)
        elif match.confidence < SURE:
            decisions.add("unsure", [name], like=like, confidence=f"{match.confidence:.2f}")
        elif variable.label and match.candidate.variable and not match.same_wording:
            old = match.candidate.texts[0]
            decisions.add("wording_changed", [name], like=like, new=variable.label, old=old)
        if _reversed(variable, match) and name not in rows.no_rule:
            turned[match.candidate.place].append(name)
        if variable.codes and not variable.labelled:
            unlabelled[match.candidate.place].append(name)
        bare = [code for code, label in variable.codes.items() if not label]
        unknown = [code for code in bare if code not in match.pairs]
        if unknown:
            decisions.add("code_unlabelled", [name], codes=", ".join(unknown))
    for place, names in turned.items():
        own = sorted(set().union(*(rows.own_recodes[name] for name in names)))
        decisions.add("reversed", names, names[:1], like=place, recodes=", ".join(own) or "-")
    for place, names in unlabelled.items():
        decisions.add("code_without_label", names, [], like=place)


def _reversed(variable: FileVariable, match: Match) -> bool:
    """Whether the answers run the other way."""
    if not match.candidate.variable:
        return False
    now, was = (
        {as_code(code): label for code, label in codes.items()}
        for codes in (variable.codes, match.candidate.codes)
    )
    pairs = [(as_code(code), as_code(other)) for code, other in match.pairs.items()]
    return order_of(pairs, now, was) == "reversed"


def decide_on_wave(decisions: Decisions, found: Findings) -> None:
    """Note what must be decided about the wave as a whole."""
    _decide_on_keys(decisions, found.profile, found.last)
    if found.not_asked:
        decisions.add("not_asked", found.not_asked, ["not_asked"])
    _decide_on_concepts(decisions, found.rows)
    one_language = [
        variable.name
        for variable in found.profile.variables
        if variable.label and _untranslated(found.matches.get(variable.name))
    ]
    decisions.add("translate", one_language, [])


def _untranslated(match: Match | None) -> bool:
    """Whether no earlier wave has the same wording in both languages."""
    return match is None or match.candidate.item is None or not match.same_wording


def _decide_on_keys(decisions: Decisions, seen: Profile, last: SurveyWave | None) -> None:
    """Note what must be decided about keys of the manifest."""
    if last:
        decisions.add("population_copied", ["population"], wave=last.id)
    else:
        decisions.add("population_unknown", ["population"])
    if "respondent" not in seen.roles:
        decisions.add("respondent_unknown", ["respondent"])
    if seen.numbers:
        decisions.add("number", seen.numbers)
    roles: dict[Role, str] = dict(seen.roles)
    if weight := roles.pop("weight", None):
        decisions.add("weight", [weight], ["design"])
    elif not (last and last.wave.answers and last.wave.answers.design):
        decisions.add("design_unknown", ["design"])
    else:
        decisions.add("design_of", ["design"], wave=last.id)
    if roles:
        listed = ", ".join(f"{role} {name}" for role, name in roles.items())
        decisions.add("identifiers", roles, list(roles)[:1], roles=listed)
    decisions.add("reference_period", ["reference_period"])
    if seen.dates:
        start, end = seen.dates.start, seen.dates.end
        decisions.add("field_period", ["field_period"], start=start, end=end)
    else:
        decisions.add("field_period_unknown", ["field_period"])


def _decide_on_concepts(decisions: Decisions, rows: DraftedRows) -> None:
    """Note what must be decided about scales and statuses."""
    for concept, (found, asked) in rows.scales.items():
        if found < asked:
            decisions.add(
                "scale_of_other_items", [concept], [], found=found, asked=asked, wave=rows.like
            )
    not_judged = Phrase("reason_not_judged").text("en")
    judged = {row.concept: row.reason_en != not_judged for row in rows.crosswalk}
    decisions.add("undetermined", [name for name, done in judged.items() if not done], [])
    inherited = {
        row.concept: None for row in rows.crosswalk if row.reason_en and judged[row.concept]
    }
    decisions.add("inherited", inherited, [], wave=rows.like)
