"""``croissant.json``: the dataset folder described in Croissant 1.1, for tools that search and load datasets by it.

Each shard is a FileObject with its sha256, each configuration a FileSet of its shards and a RecordSet with a Field
for every column, described as in kpmath.py.  A RecordSet reads its FileSet from beside croissant.json: readers
as of today (mlcroissant 1.1) can filter and concatenate files only in a folder or a git repository, not those of
a FileSet that is contained in FileObjects.

All is taken from the provenance: equal shards give equal bytes.  There is hence no datePublished, which Croissant
recommends: a date would make two builds of the same rows differ.  This module only writes JSON; mlcroissant is needed
for the tests alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

import kpmath

from ..errors import PublishError
from .provenance import Provenance, Shard

FILE = "croissant.json"
_PARQUET = "application/x-parquet"
_KEYWORDS = ["mathematics", "math word problems", "reasoning", "synthetic data"]
# The terms that the specification wants in every file, in its own namespace ...
_TERMS = """
    arrayShape citeAs column containedIn equivalentProperty extract field fileObject fileProperty fileSet format
    includes isArray isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace
    samplingRate separator source subField transform
"""
# ... and elsewhere or with a type.
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    **{term: f"cr:{term}" for term in _TERMS.split()},
}
_Json = dict[str, Any]


def render_croissant(provenance: Provenance) -> str:
    """The text of ``croissant.json``: equal provenance, equal text.

    Raises:
        PublishError: kpmath.py has a column of a type that Croissant has no name for.
    """
    rows = provenance.rows()
    described: _Json = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": provenance.pretty_name,
        "description": "Mathematical problems with worked solutions, made by Key-Point-Driven Data Synthesis: "
        "key points of seed problems, new problems that need them, and the answers on which solutions agree.",
        "license": provenance.license,
        "version": provenance.version,
        "url": kpmath.HOMEPAGE,
        "citeAs": kpmath.CITATION,
        "keywords": _KEYWORDS,
        "inLanguage": "en",
        "distribution": [*map(_file_object, provenance.shards), *map(_file_set, rows)],
        "recordSet": [_record_set(config, count) for config, count in rows.items()],
    }
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


# --- files -------------------------------------------------------------------------------------


def _file_object(shard: Shard) -> _Json:
    return {
        "@type": "cr:FileObject",
        "@id": shard.file,
        "name": shard.file.rpartition("/")[2],
        "contentUrl": shard.file,
        "contentSize": f"{shard.file_bytes} B",
        "encodingFormat": _PARQUET,
        "sha256": shard.sha256,
    }


def _file_set(config: str) -> _Json:
    return {
        "@type": "cr:FileSet",
        "@id": f"shards-of-{config}",
        "name": f"shards of {config}",
        "encodingFormat": _PARQUET,
        "includes": f"data/{config}/*.parquet",
    }


# --- records -----------------------------------------------------------------------------------


def _record_set(config: str, rows: int) -> _Json:
    return {
        "@type": "cr:RecordSet",
        "@id": config,
        "name": config,
        "description": f"{kpmath.CONFIGS[config][0]}; {rows:,} rows",
        "key": [{"@id": f"{config}/{column}"} for column in kpmath.KEYS[config]],
        "field": list(_fields(config)),
    }


def _fields(config: str) -> Iterator[_Json]:
    for column in kpmath.describe(config):
        entry: _Json = {"@type": "cr:Field", "@id": f"{config}/{column.name}", "name": column.name}
        entry["description"] = column.description
        kind = column.type
        if pa.types.is_list(kind):
            entry |= {"isArray": True, "arrayShape": "-1"}
            kind = kind.value_type
        source = {"fileSet": {"@id": f"shards-of-{config}"}, "extract": {"column": column.name}}
        if pa.types.is_struct(kind):
            yield entry | {"subField": [_part(entry["@id"], part, source) for part in kind]}
        else:
            yield entry | {"dataType": _data_type(kind), "source": source}


def _part(parent: str, part: pa.Field, source: _Json) -> _Json:
    return {
        "@type": "cr:Field",
        "@id": f"{parent}/{part.name}",
        "name": part.name,
        "dataType": _data_type(part.type),
        "source": {**source, "transform": {"jsonPath": part.name}},
    }


def _data_type(kind: pa.DataType) -> str:
    if pa.types.is_string(kind):
        return "sc:Text"
    if pa.types.is_boolean(kind):
        return "sc:Boolean"
    if pa.types.is_integer(kind):
        return "sc:Integer"
    if pa.types.is_floating(kind):
        return "sc:Float"
    raise PublishError(f"there is no Croissant type for {kind}; use a plain type in kpmath.py")
