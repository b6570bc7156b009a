"""Brings what was changed in Superset back into the files under `assets/`.

Only what changed on the server changes in the files, in the language in which it was changed. All
other words, comments and their order stay. Nothing is written that a push would not turn into what
the server has: the new files are compiled, and compared with the server, before they are kept.
"""

from __future__ import annotations

import difflib
import io
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import LiteralScalarString, ScalarString

from dashboards import definitions, server_state
from dashboards.bundle import Asset, Bundle, Content
from dashboards.client import Client
from dashboards.compiler import ASSETS
from dashboards.credentials import Credentials
from dashboards.starts import compile_in
from dashboards.templates import changed_template
from ingest.errors import BarometerError, RefusedError, SeveralError
from ingest.messages import LANGUAGES, Language, Phrase

_GONE: Final = object()  # the value of a key that is not there
ByLanguage = Mapping[Language | None, Any]  # databases and datasets have no language


def pull(
    url: str, credentials: Credentials, release: Path, assets_dir: Path = ASSETS
) -> dict[Path, str]:
    """Return the files that would give what a Superset has now, with their new text.

    Raises:
        RefusedError: a definition cannot be compiled.
        SeveralError: something was changed that no file of the project can hold, or that a file
            holds for several pages; nothing is brought back then.
        SupersetError: Superset refused a request.
    """
    client = Client(url)
    client.log_in(credentials.admin_user, credentials.admin_password.get_secret_value())
    found = server_state.exported(client)
    bundle = compile_in(release, assets_dir)
    # What was removed in Superset, a push makes again: to remove is done in the project.
    changed = [
        asset
        for asset in bundle.assets
        if asset.uuid in found and server_state.difference(asset, found[asset.uuid])
    ]
    files = _Files(assets_dir)
    problems: list[BarometerError] = []
    for source in dict.fromkeys(asset.source for asset in changed):
        assets = [asset for asset in bundle.assets if asset.source == source]
        try:
            _Definition(files, bundle, found, assets).take_over()
        except RefusedError as error:
            problems.append(error)
    if problems:
        raise SeveralError(problems)
    changes = files.changes()
    _verify(changes, changed, found, release, assets_dir)
    return changes


def diff(changes: Mapping[Path, str], root: Path) -> str:
    """Return what changes in files, as a unified diff with names below `root`."""
    lines: list[str] = []
    for path, text in sorted(changes.items()):
        name = path.relative_to(root) if path.is_relative_to(root) else path
        lines += difflib.unified_diff(
            path.read_text("utf-8").splitlines(keepends=True),
            text.splitlines(keepends=True),
            f"a/{name}",
            f"b/{name}",
        )
    return "".join(lines)


class _Files:
    """The texts and definitions that a pull may change."""

    def __init__(self, assets_dir: Path) -> None:
        self.templates = assets_dir / "templates"
        self.datasets = assets_dir / "datasets"
        self.texts: dict[Path, str] = {}
        self.documents: dict[Path, CommentedMap] = {}
        self.yaml = YAML()
        self.yaml.preserve_quotes = True
        self.yaml.width = 100_000  # break no line that was not broken
        self.yaml.indent(mapping=2, sequence=4, offset=2)
        self.yaml.representer.add_representer(
            type(None), lambda dumper, _: dumper.represent_scalar("tag:yaml.org,2002:null", "null")
        )

    def document(self, path: Path) -> CommentedMap:
        """Return a definition, to be changed in place."""
        if path not in self.documents:
            text = path.read_text("utf-8") if path.exists() else ""
            self.documents[path] = self.yaml.load(text) or CommentedMap()
        return self.documents[path]

    def changes(self) -> dict[Path, str]:
        """Return the new text of each file that changes."""
        texts = dict(self.texts)
        for path, document in self.documents.items():
            buffer = io.StringIO()
            self.yaml.dump(document, buffer)
            texts[path] = buffer.getvalue()
        return {
            path: text
            for path, text in texts.items()
            if not path.exists() or path.read_text("utf-8") != text
        }

    def that_say(self, key: str, name: str) -> list[Path]:
        """Return the definitions that name something under a key."""
        said = re.compile(rf"\b{key}: {re.escape(name)}\s*(}}|$)", re.MULTILINE)
        paths = sorted(self.templates.parent.rglob("*.yaml"))
        return [path for path in paths if said.search(path.read_text("utf-8"))]


class _Definition:
    """One file of a chart, dashboard, dataset or database, with what the server has of it."""

    def __init__(
        self, files: _Files, bundle: Bundle, found: Mapping[str, Content], assets: Sequence[Asset]
    ) -> None:
        self.files = files
        self.assets = assets
        self.source = assets[0].source
        self.own: CommentedMap | None = None
        self.shared = False
        self.place = self.source
        name = definitions.names(bundle, found, self.source)
        self.ours: ByLanguage
        self.theirs: ByLanguage
        self.ours, self.theirs = (
            {
                asset.language: definitions.definition(
                    asset.kind, having.get(asset.uuid, asset.content), asset.content, name
                )
                for asset in assets
            }
            for having in ({}, found)
        )

    def take_over(self) -> None:
        """Put what the server has into the file."""
        if self.ours == self.theirs:
            return
        path = self.source
        if self.assets[0].kind == "datasets":
            path = self.files.datasets / f"{self.assets[0].slug}.yaml"
        document = self.files.document(path)
        if "like" in document:
            name = document["like"]
            self.own, self.place = document, self.files.templates / f"{name}.yaml"
            self.shared = len(self.files.that_say("like", name)) > 1
            document = self.files.document(self.place)
        self._merge(document, self.ours, self.theirs, "")

    def _merge(self, raw: Any, ours: ByLanguage, theirs: ByLanguage, key: str) -> Any:
        """Return what must stand in a file in the place of `raw`."""
        if ours == theirs:
            return raw
        if isinstance(raw, dict):
            if set(raw) == {"own"} and self.own is not None:
                return self._own(raw, ours, theirs)
            if set(raw) == {"document"}:
                self._refuse("pull_document", key, document=raw["document"])
            if set(raw) == {"template"}:
                return self._template(raw, theirs, key)
            if raw and set(raw) <= set(LANGUAGES):
                for language in raw:
                    if ours[language] != theirs[language]:
                        raw[language] = self._merge(
                            raw[language], {None: ours[language]}, {None: theirs[language]}, key
                        )
                return raw
            if all(isinstance(value, dict) for value in theirs.values()):
                return self._mapping(raw, ours, theirs, key)
        if isinstance(raw, list) and all(isinstance(value, list) for value in theirs.values()):
            return self._list(raw, ours, theirs, key)
        self._check_not_shared(key)
        return _written(raw, theirs)

    def _own(self, raw: Any, ours: ByLanguage, theirs: ByLanguage) -> Any:
        """Put what a page has of its own into its own file."""
        assert self.own is not None
        own, place, shared = self.own, self.place, self.shared
        self.own, self.place, self.shared = None, self.source, False
        own[raw["own"]] = self._merge(own[raw["own"]], ours, theirs, raw["own"])
        self.own, self.place, self.shared = own, place, shared
        return raw

    def _template(self, raw: Any, theirs: ByLanguage, key: str) -> Any:
        """Put the text of a chart into the file of its template."""
        path = self.files.templates / f"{raw['template']}.hbs"
        if len(self.files.that_say("template", raw["template"])) > 1:
            self._refuse("pull_shared", key, shared=path)
        text = self.files.texts.get(path, path.read_text("utf-8"))
        self.files.texts[path] = changed_template(
            text, {language: theirs[language] for language in LANGUAGES}
        )
        return raw

    def _mapping(self, raw: Any, ours: ByLanguage, theirs: ByLanguage, key: str) -> Any:
        values = [*ours.values(), *theirs.values()]
        names = dict.fromkeys(name for value in values for name in value)
        for name in names:
            old, new = _under(ours, name), _under(theirs, name)
            if old == new:
                continue
            inner = f"{key}.{name}".lstrip(".")
            if all(value is _GONE for value in new.values()):
                self._check_not_shared(inner)
                raw.pop(name, None)
            elif name in raw and _GONE not in new.values():
                raw[name] = self._merge(raw[name], old, new, inner)
            else:
                self._check_not_shared(inner)
                raw[name] = _written(
                    None,
                    {
                        language: None if value is _GONE else value
                        for language, value in new.items()
                    },
                )
        return raw

    def _list(self, raw: list[Any], ours: ByLanguage, theirs: ByLanguage, key: str) -> Any:
        """Change single items where the number of items is the same; else add and remove some."""
        lengths = {len(value) for value in [raw, *ours.values(), *theirs.values()]}
        if len(lengths) == 1:
            for number, item in enumerate(raw):
                old, new = _under(ours, number), _under(theirs, number)
                raw[number] = self._merge(item, old, new, f"{key}.{number}")
            return raw
        self._check_not_shared(key)
        plan, *others = (_plan(ours[language], theirs[language]) for language in ours)
        if any(other != plan for other in others):
            return _written(raw, theirs)
        for kind, start, end, first, last in reversed(plan):
            if kind != "equal":
                raw[start:end] = [
                    _written(None, _under(theirs, item)) for item in range(first, last)
                ]
        return raw

    def _check_not_shared(self, key: str) -> None:
        if self.shared:
            self._refuse("pull_shared", key, shared=self.place)

    def _refuse(self, rule: str, key: str, **values: object) -> None:
        languages = [one for one in self.ours if self.ours[one] != self.theirs[one]]
        where = Phrase(
            "dashboards.key_of", path=self.source, language=", ".join(map(str, languages)), key=key
        )
        raise RefusedError(f"dashboards.{rule}", where, **values)


def _plan(ours: Sequence[Any], theirs: Sequence[Any]) -> list[Any]:
    words, others = ([repr(item) for item in side] for side in (ours, theirs))
    return difflib.SequenceMatcher(None, words, others).get_opcodes()


def _under(values: ByLanguage, name: Any) -> dict[Language | None, Any]:
    """Return what each language has under a key, or at a place."""
    return {
        language: value[name] if not isinstance(value, dict) or name in value else _GONE
        for language, value in values.items()
    }


def _written(raw: Any, values: ByLanguage) -> Any:
    """Return a value as a file has it: once, or for each language."""
    first, *others = values.values()
    if all(value == first for value in others):
        return _styled(raw, first)
    by_language = CommentedMap(
        {language: _styled(raw, value) for language, value in values.items()}
    )
    if not any(isinstance(value, str) and "\n" in value for value in values.values()):
        by_language.fa.set_flow_style()
    return by_language


def _styled(raw: Any, value: Any) -> Any:
    """Write a text as the one that it replaces; one of several lines as a block."""
    if not isinstance(value, str):
        return value
    if "\n" in value:
        return LiteralScalarString(value)
    return type(raw)(value) if isinstance(raw, ScalarString) else value


def _verify(
    changes: Mapping[Path, str],
    changed: Sequence[Asset],
    found: Mapping[str, Content],
    release: Path,
    assets_dir: Path,
) -> None:
    """Check that a push of the new files would leave the server as it is.

    Raises:
        RefusedError: it would not, or the new files cannot be compiled.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "assets"
        shutil.copytree(assets_dir, copy)
        for path, text in changes.items():
            (copy / path.relative_to(assets_dir)).write_text(text, "utf-8")
        try:
            after = {asset.uuid: asset for asset in compile_in(release, copy).assets}
        except BarometerError as error:
            raise RefusedError("dashboards.pull_does_not_fit", str(assets_dir), why=error) from None
    lost = list(_lost(changed, after, found))
    if lost:
        raise RefusedError("dashboards.pull_incomplete", "Superset", assets=lost)


def _lost(
    changed: Sequence[Asset], after: Mapping[str, Asset], found: Mapping[str, Content]
) -> Iterator[str]:
    for asset in changed:
        if keys := server_state.difference(after[asset.uuid], found[asset.uuid]):
            yield f"{asset.name} ({', '.join(keys)})"
