"""Takes one language out of a definition that holds both."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from dashboards.templates import template_in
from ingest.errors import RefusedError
from ingest.messages import LANGUAGES, Language, Phrase

DOCUMENTS: Final = Path(__file__).parent.parent / "dbt_project" / "docs"


def in_language(
    value: Any, language: Language, source: Path, templates: Path, place: str = ""
) -> Any:
    """Replace `{nl: ..., en: ...}`, `{document: ...}` and `{template: ...}` by text in a language.

    Args:
        value: a definition, or a part of it.
        language: the language to keep.
        source: the file that the definition comes from.
        templates: the folder with templates of text charts.
        place: where in the file `value` is.

    Raises:
        RefusedError: a text is not there in this language, or a document does not exist.
    """
    if isinstance(value, dict):
        if set(value) == {"document"}:
            return _document(value["document"], language, source, place)
        if set(value) == {"template"}:
            return _template(templates / f"{value['template']}.hbs", language, source, place)
        if value and set(value) <= set(LANGUAGES):
            if language not in value:
                where = Phrase("dashboards.key", path=source, key=place)
                raise RefusedError(
                    "dashboards.language_missing", where, found=value, language=language
                )
            return value[language]
        return {
            key: in_language(item, language, source, templates, f"{place}.{key}".lstrip("."))
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [
            in_language(item, language, source, templates, f"{place}.{number}")
            for number, item in enumerate(value)
        ]
    return value


def _document(name: str, language: Language, source: Path, place: str) -> str:
    """Return the text of a page of the dbt docs, without the marks around its block."""
    document = DOCUMENTS / f"{name}.{language}.md"
    if not document.is_file():
        where = Phrase("dashboards.key", path=source, key=place)
        names = sorted({path.name.split(".")[0] for path in DOCUMENTS.glob(f"*.{language}.md")})
        raise RefusedError("dashboards.no_document", where, document=document, names=names)
    _, *lines, _ = document.read_text("utf-8").splitlines()
    return "\n".join(lines)


def _template(template: Path, language: Language, source: Path, place: str) -> str:
    """Return a template of a text chart, with `[[nl|en]]` and `{lang}` in one language."""
    if not template.is_file():
        where = Phrase("dashboards.key", path=source, key=place)
        names = sorted(path.stem for path in template.parent.glob("*.hbs"))
        raise RefusedError("dashboards.no_document", where, document=template, names=names)
    return template_in(template.read_text("utf-8"), language)
