"""Lists what only a person can decide, the most pressing first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from ingest.codes import EMPTY_SEED, by_code
from ingest.drafting.findings import Findings
from ingest.drafting.formats import Personal
from ingest.drafting.harmonising import MISSING, DraftedRows, why_missing
from ingest.drafting.matching import Match
from ingest.drafting.profile import FileVariable, Profile, Role
from ingest.formats import AnswerTable
from ingest.likeness.codes import order_of
from ingest.likeness.evidence import SURE
from ingest.likeness.text import is_mark, meaning
from ingest.messages import LANGUAGES, Language, Names, Phrase, listing
from ingest.models import Text
from ingest.registry import SurveyWave

SHOWN_WORDS = 5
DOUBTFUL = {"declared_missing", "not_asked"}  # reasons that a person may see otherwise
# All kinds of decisions, in the order in which they are shown.
KINDS = (
    "layout",
    "personal_named",
    "personal_found",
    "null_name",
    "survey_title",
    "survey_publisher",
    "survey_unit",
    "population_unknown",
    "respondent_unknown",
    "all_different",
    "new_concepts",
    "row_numbers",
    "one_answer",
    "one_tick",
    "unmatched",
    "new_code",
    "other_answers",
    "declared_missing",
    "missing_unused",
    "no_answer",
    "mark_named",
    "null_code",
    "codebook_other",
    "twin",
    "unsure",
    "scale_of_other_items",
    "wording_changed",
    "reversed",
    "asked_of_others",
    "base_unknown",
    "list",
    "battery",
    "code_without_label",
    "code_unlabelled",
    "letters",
    "number",
    "number_as_text",
    "labels_lost",
    "undeclared",
    "spaced",
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


def decide_on_personal(decisions: Decisions, personal: Personal) -> None:
    """Note which columns are left out because they hold personal data, and why."""
    decisions.add("personal_named", personal.named, ["drop"])
    kinds = Names(list(dict.fromkeys(kind for kind, _ in personal.found.values())), 8)
    decisions.add("personal_found", personal.found, ["drop"], kinds=kinds)


def decide_on_variables(decisions: Decisions, found: Findings, *, concepts: bool) -> None:
    """Note what must be decided about items.

    Args:
        decisions: is added to.
        found: what was found out about the file.
        concepts: whether items that resemble nothing get a concept of their own.
    """
    rows = found.rows
    unlabelled: dict[str, list[str]] = defaultdict(list)
    turned: dict[str, list[str]] = defaultdict(list)
    for variable in found.profile.variables:
        name, match = variable.name, found.matches.get(variable.name)
        if match is None:
            shown = f"{name} ({variable.label})" if variable.label else name
            if concepts:
                continue
            near = found.nearest.get(name)
            nearest = near and Phrase(
                "evidence_nearest", name=near.candidate.name, confidence=f"{near.confidence:.2f}"
            )
            decisions.add("unmatched", [name], shown=shown, like=nearest or Phrase("evidence_none"))
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


def _decide_on_missing(decisions: Decisions, found: Findings) -> None:
    """Note which codes the file declares missing, and what was made of them.

    Where each of their labels says why there is no answer, nothing is left to decide.
    """
    alike: dict[tuple[str, str, bool], list[str]] = defaultdict(list)
    made = {row.recode for row in found.rows.recodes}
    uses: dict[str, set[str]] = defaultdict(set)
    for row in found.rows.crosswalk:
        uses[row.variable or ""].add(row.recode or "")
    for variable in found.profile.variables:
        name = variable.name
        # Where an earlier recode fits, it says the same as the file.
        if not variable.declared or (name in uses and not uses[name] & made):
            continue
        if all(_says_why(variable, code) for code in variable.declared):
            continue
        declared = ", ".join(dict.fromkeys(variable.declared.values()))
        codes = ", ".join(
            f"{code} ({label})" if (label := variable.codes.get(code)) else code
            for code in sorted(variable.declared, key=by_code)
        )
        alike[declared, codes, name in uses].append(name)
    for (declared, codes, used), names in alike.items():
        recodes = sorted(made & set().union(*(uses.get(name, set()) for name in names)))
        kind = "declared_missing" if used else "missing_unused"
        decisions.add(kind, names, names[:1], declared=declared, codes=codes, recodes=recodes)


def _decide_on_no_answer(decisions: Decisions, seen: Profile) -> None:
    """Note which codes were taken for no answer, though the file does not declare them missing.

    What nobody can take for an answer to the question, such as "don't know", is not noted.
    """
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for variable in seen.variables:
        held = {**variable.codes, **variable.missing}
        if nulls := [code for code in held if EMPTY_SEED.fullmatch(code)]:
            decisions.add("null_code", [variable.name], codes=", ".join(map(repr, nulls)))
        named = {
            code: label
            for code, label in held.items()
            if is_mark(code)
            and code not in (*variable.declared, *nulls)
            and not why_missing(code, label)
        }
        if named:
            shown = ", ".join(f"{code} ({label})" for code, label in named.items())
            decisions.add("mark_named", [variable.name], codes=shown)
        doubtful = {
            code: why
            for code, label in held.items()
            if code not in variable.declared
            and code not in nulls
            and (why := why_missing(code, label))
            and (why in DOUBTFUL or is_mark(code) or is_mark(label) or "/" in label)
        }
        if doubtful:
            codes = ", ".join(
                f"{code} ({held[code]})" if held[code] not in ("", code) else code
                for code in doubtful
            )
            reasons = ", ".join(dict.fromkeys(doubtful.values()))
            alike[codes, reasons].append(variable.name)
    for (codes, reasons), names in alike.items():
        decisions.add("no_answer", names, names[:1], codes=codes, kinds=reasons)


def _says_why(variable: FileVariable, code: str) -> bool:
    """Whether the label of a code says why there is no answer."""
    label = variable.codes.get(code) or variable.missing.get(code) or ""
    return meaning(label) in MISSING


def _reversed(variable: FileVariable, match: Match) -> bool:
    """Whether the answers run the other way."""
    if not match.candidate.variable:
        return False
    return order_of(match.pairs.items(), variable.codes, match.candidate.codes) == "reversed"


def decide_on_wave(decisions: Decisions, found: Findings, *, trims: bool) -> None:
    """Note what must be decided about the wave as a whole.

    Args:
        decisions: is added to.
        found: what was found out about the file.
        trims: its format has the option `trim`.
    """
    _decide_on_missing(decisions, found)
    _decide_on_no_answer(decisions, found.profile)
    _decide_on_keys(decisions, found.profile, found.last)
    how = Phrase("spaced_trim" if trims else "spaced_recode")
    for name, codes in found.profile.spaced.items():
        decisions.add("spaced", [name], codes=", ".join(map(repr, codes)), how=how)
    if found.not_asked:
        decisions.add("not_asked", found.not_asked, ["not_asked"])
    _decide_on_concepts(decisions, found.rows)
    one_language = [
        variable.name
        for variable in found.profile.variables
        if variable.label and _untranslated(found.matches.get(variable.name))
    ]
    decisions.add("translate", one_language, [])


def decide_on_letters(decisions: Decisions, encoding: str | None, table: AnswerTable) -> None:
    """Note what an encoding made of letters that are not ASCII; most encodings read any file."""
    if encoding is None or encoding.startswith("utf"):
        return
    columns = table.data.columns
    texts = chain(
        table.data.column_names,
        table.labels.values(),
        *(codes.values() for codes in table.codes.values()),
        *(column.unique().drop_null().to_pylist() for column in columns),
    )
    words = dict.fromkeys(
        word for text in texts if not text.isascii() for word in text.split() if not word.isascii()
    )
    if words:
        shown = ", ".join(islice(words, SHOWN_WORDS))
        decisions.add("letters", ["file"], encoding=encoding, words=shown)


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
        decisions.add("all_different", seen.different, seen.different[:1])
    for variable in seen.variables:
        if variable.lost:
            lost = ", ".join(f"{code} ({label})" for code, label in variable.lost.items())
            decisions.add("labels_lost", [variable.name], labels=lost)
    for name, values in seen.nearly_numbers.items():
        shown = listing(list(map(repr, values)), SHOWN_WORDS)
        decisions.add("number_as_text", [name], values=shown)
    if seen.numbers:
        decisions.add("number", seen.numbers, seen.numbers[:1])
    for name, value in seen.undeclared.items():
        decisions.add("undeclared", [name], value=value)
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
