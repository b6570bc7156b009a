"""Formats of files of answers: one module each, all of them listed here.

To add a format: write a module with a subclass of `AnswerFile` and add the class to `AnyFile`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, get_args

from pydantic import Field

from ingest.formats.base import AnswerFile, AnswerTable, Options
from ingest.formats.delimited import CsvFile
from ingest.formats.opendocument import OdsFile
from ingest.formats.parquet import ParquetFile
from ingest.formats.sas import SasFile, XptFile
from ingest.formats.spss import PorFile, SavFile
from ingest.formats.stata import DtaFile
from ingest.formats.workbook import XlsxFile

__all__ = [
    "FORMATS",
    "AnswerFile",
    "AnswerTable",
    "AnyFile",
    "CsvFile",
    "DtaFile",
    "OdsFile",
    "Options",
    "ParquetFile",
    "PorFile",
    "SasFile",
    "SavFile",
    "XlsxFile",
    "XptFile",
]

AnyFile = Annotated[
    SavFile | PorFile | DtaFile | SasFile | XptFile | CsvFile | XlsxFile | OdsFile | ParquetFile,
    Field(discriminator="format"),
]
FORMATS: Mapping[str, type[AnswerFile]] = {
    get_args(kind.model_fields["format"].annotation)[0]: kind
    for kind in get_args(get_args(AnyFile)[0])
}
