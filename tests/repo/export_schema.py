"""Makes docs/schemas/customer-export.schema.json of the answer. `python -m tests.repo.export_schema` writes it."""

import json

from pydantic import TypeAdapter

from chalicelib.entrypoints.api.export_answer import ExportAnswer
from tests.repo.sources import ROOT

PAGE = ROOT / "docs/schemas/customer-export.schema.json"
HEAD = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:ringfence:schema:customer-export:1",
    "title": "Everything that is held about a customer",
}


def schema() -> str:
    """The schema, as the file holds it."""
    made = TypeAdapter(ExportAnswer).json_schema(mode="serialization")
    return json.dumps(HEAD | {name: it for name, it in made.items() if name != "title"}, indent=2) + "\n"


if __name__ == "__main__":
    PAGE.write_text(schema(), encoding="utf-8")
