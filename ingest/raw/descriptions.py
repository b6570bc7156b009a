"""Writes what is described, surveys, waves and published figures, to raw Parquet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ingest.lists import marked
from ingest.models import Answers, Item
from ingest.raw import answers
from ingest.raw.parquet import write
from ingest.registry import Registry, SurveyWave

Row = dict[str, Any]
# dbt needs the columns of tables that a project may have no rows of.
MAY_BE_EMPTY = {
    "routing": ("survey", "wave", "base", "variable", "code"),
    "not_asked": ("survey", "wave", "concept"),
    "corrections": (
        *("survey", "wave", "respondent_id", "variable", "code", "becomes"),
        *("reason_nl", "reason_en", "source"),
    ),
}


def write_registry(registry: Registry, raw: Path) -> dict[str, int]:
    """Write what is described, and remove raw waves that are described no longer.

    Returns:
        Rows per table.
    """
    import pyarrow as pa

    described = {
        (wave.survey.survey, wave.wave.wave) for wave in registry.waves if wave.wave.answers
    }
    for name in answers.TABLES:
        for path in (raw / name).glob("*/*.parquet"):
            if (path.parent.name, path.stem) not in described:
                path.unlink()
    sizes = {}
    for name, rows_of in TABLES.items():
        rows = list(rows_of(registry))
        empty = {column: pa.array([], pa.string()) for column in MAY_BE_EMPTY.get(name, ())}
        table = pa.Table.from_pylist(rows) if rows else pa.table(empty)
        write([table], raw / "registry" / f"{name}.parquet", {})
        sizes[name] = len(rows)
    return sizes


def _answered(registry: Registry) -> Iterator[tuple[Row, Answers]]:
    """Yield the key of every wave with answers, and their description."""
    for item in registry.waves:
        if item.wave.answers:
            yield {"survey": item.survey.survey, "wave": item.wave.wave}, item.wave.answers


def _surveys(registry: Registry) -> Iterator[Row]:
    for survey in registry.surveys:
        yield {
            "survey": survey.survey,
            "country": survey.country,
            "title_nl": survey.title.nl,
            "title_en": survey.title.en,
            "title_original": survey.title.original or survey.title.nl,
            "publisher": survey.publisher,
            "unit": survey.unit.code,
            "unit_nl": survey.unit.nl,
            "unit_en": survey.unit.en,
            "reference_wave": survey.reference_wave,
            "family": survey.family,
        }


def _waves(registry: Registry) -> Iterator[Row]:
    return map(_wave, registry.waves)


def _wave(item: SurveyWave) -> Row:
    wave = item.wave
    row: Row = {"survey": item.survey.survey, "wave": wave.wave, "mode": wave.mode}
    for name in ("reference_period", "field_period"):
        period = getattr(wave, name)
        row[f"{name}_start"] = period.start if period else None
        row[f"{name}_end"] = period.end if period else None
    row |= {"represents": wave.represents, "design_effect": wave.design_effect}
    unit = wave.unit or item.survey.unit
    row |= {"unit": unit.code, "unit_nl": unit.nl, "unit_en": unit.en}
    texts = ("respondent", "population", "represents_note", "sampling", "weighting", "notes")
    for name in texts:
        text = getattr(wave, name)
        row[f"{name}_nl"] = text.nl if text else None
        row[f"{name}_en"] = text.en if text else None
    row |= {f"response_{name}": value for name, value in wave.response.model_dump().items()}
    design = wave.answers.design if wave.answers else None
    row["stratum_concept"] = design.stratum if design else None
    row["weighting_method"] = design.weighting_method if design else None
    return row


def _strata(registry: Registry) -> Iterator[Row]:
    for key, described in _answered(registry):
        if described.design:
            for stratum, count in described.design.frame.items():
                yield {**key, "stratum": stratum, "frame_count": count}


def _items(registry: Registry) -> Iterator[Row]:
    for key, described in _answered(registry):
        for item in described.items:
            yield {
                **key,
                "variable": item.variable,
                "is_margin": bool(described.design and item.variable in described.design.margins),
                "codelist": _codelist(item),
                "is_number": item.number,
                "base": item.base,
                "battery": item.battery,
                "separator": item.separator,
                "known": item.known or described.questionnaire,
                "wording_original": item.wording.original,
                "wording_nl": item.wording.nl,
                "wording_en": item.wording.en,
            }


def _item_codes(registry: Registry) -> Iterator[Row]:
    for key, described in _answered(registry):
        for codelist, codes in described.codelists.items():
            for code, label in codes.items():
                yield {**key, "codelist": codelist, "code": code, "label": label}
        for item in described.items:
            for code, label in item.missing.items():
                yield {**key, "codelist": _codelist(item), "code": code, "label": label}


def _codelist(item: Item) -> str | None:
    """The codelist of an item; that of a number holds why there is none, and no other has it."""
    return f"missing of {item.variable}" if item.missing else item.codelist


def _routing(registry: Registry) -> Iterator[Row]:
    for key, described in _answered(registry):
        for base, given in described.routing.items():
            for variable, codes in given.items():
                for code in codes:
                    yield {**key, "base": base, "variable": variable, "code": code}


def _corrections(registry: Registry) -> Iterator[Row]:
    for key, described in _answered(registry):
        lists = {item.variable: item for item in described.items if item.separator}
        for row in described.corrections:
            code = row.code
            if item := lists.get(row.variable):  # as the raw answers are
                code = marked(code, item.separator or "", described.codelists[item.codelist or ""])
            yield {
                **key,
                "respondent_id": row.respondent,
                "variable": row.variable,
                "code": code,
                "becomes": row.becomes,
                "reason_nl": row.reason.nl,
                "reason_en": row.reason.en,
                "source": row.source,
            }


def _not_asked(registry: Registry) -> Iterator[Row]:
    for key, described in _answered(registry):
        for concept in described.not_asked:
            yield {**key, "concept": concept}


def _sources(registry: Registry) -> Iterator[Row]:
    return (source.model_dump() for source in registry.sources)


def _published_figures(registry: Registry) -> Iterator[Row]:
    return ({"survey": survey, **figure.model_dump()} for survey, figure in registry.figures)


TABLES: Mapping[str, Callable[[Registry], Iterator[Row]]] = {
    "surveys": _surveys,
    "waves": _waves,
    "strata": _strata,
    "items": _items,
    "item_codes": _item_codes,
    "routing": _routing,
    "not_asked": _not_asked,
    "corrections": _corrections,
    "sources": _sources,
    "published_figures": _published_figures,
}
