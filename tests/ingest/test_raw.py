"""Raw Parquet has the tables that dbt reads, and nothing of a file that was refused."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from expectations.checks import load_wave
from ingest import registry
from ingest.errors import RefusedError
from ingest.formats import AnswerTable, SavFile
from ingest.raw import answers, descriptions
from ingest.samples import sample_file
from ingest.wave_files import open_wave
from tests.conftest import PROJECT
from tests.support import FILE, SAMPLE, WAVE, Spss


def test_the_tables_that_are_written_are_the_sources_that_dbt_reads() -> None:
    described = yaml.safe_load(
        (PROJECT / "dbt_project" / "models" / "staging" / "_sources.yml").read_text("utf-8")
    )
    (raw,) = described["sources"]
    written = [*answers.TABLES, *descriptions.TABLES]
    assert sorted(table["name"] for table in raw["tables"]) == sorted(written)


def test_a_file_is_read_once_and_nothing_of_a_refused_one_reaches_raw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []
    content = SavFile.content

    def counted(self: SavFile, path: Path, texts: frozenset[str], where: str) -> AnswerTable:
        reads.append(path)
        return content(self, path, texts, where)

    monkeypatch.setattr(SavFile, "content", counted)
    folders = [tmp_path / name for name in ("data", "samples")]
    seeds = PROJECT / "dbt_project" / "seeds"
    sample = Spss.read(sample_file(SAMPLE, SavFile(name=FILE, format="sav"), folders[1]))
    sample.title = "Innovatie Barometer Overheid 2021"
    path = sample.write(folders[0] / WAVE / FILE)
    for wrong in (False, True):
        if wrong:
            sample.frame.loc[11, "V05"] = 7.0
            sample.write(path)
        raw = tmp_path / f"raw_{wrong}"
        loaded = load_wave(WAVE, *folders, seeds, tmp_path / "results", raw)
        refused = {finding.rule for finding in loaded.findings if finding.refuses}
        assert refused == ({"known_codes"} if wrong else set())
        assert sorted(file.parent.parent.name for file in raw.rglob("*.parquet")) == (
            [] if wrong else sorted(answers.TABLES)
        )
    assert reads == [path, path]


def test_as_many_answers_are_written_as_the_file_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = open_wave(registry.load().wave(WAVE), tmp_path / "data", tmp_path / "samples")
    answers.write_wave(file, tmp_path / "raw")
    (path,) = (tmp_path / "raw" / "answers").rglob("*.parquet")
    written = pq.read_table(path)
    codes = [written.column(f"answer_{place}").cast(pa.string()) for place in range(1, 96)]
    items = [item.variable for item in file.answers.items]
    held = file.table.data.select(items)
    assert [code.to_pylist() for code in codes] == [cell.to_pylist() for cell in held.columns]
    assert written.num_rows == 366 and len(items) == 95
    names = pq.read_table(tmp_path / "raw" / "variables" / f"{WAVE}.parquet")
    found = {row["variable"]: row["answer_column"] for row in names.to_pylist()}
    assert [found.pop(name) for name in items] == [f"answer_{place}" for place in range(1, 96)]
    assert set(found.values()) == {None}
    write_table = pq.ParquetWriter.write_table

    def losing(writer: pq.ParquetWriter, table: pa.Table, size: int) -> None:
        write_table(writer, table.slice(1) if "answer_1" in table.column_names else table, size)

    monkeypatch.setattr(pq.ParquetWriter, "write_table", losing)
    with pytest.raises(RefusedError) as refused:
        answers.write_wave(file, tmp_path / "raw")
    assert refused.value.rule == "answers_lost"
    assert "in 34,770 cells" in str(refused.value) and "in 34,675 were" in str(refused.value)
    assert not path.exists()
