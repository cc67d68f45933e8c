"""Everything that is held about a customer, to read and to print, or as a file."""

from collections.abc import Mapping
from functools import partial

from chalicelib.bootstrap import ringfence
from chalicelib.domain.errors import NotFound
from chalicelib.domain.reasons import sentence
from chalicelib.domain.rights_reasons import REFUSALS, told
from chalicelib.entrypoints.web.choices import here
from chalicelib.entrypoints.web.page_request import TOKEN, PageRequest
from chalicelib.entrypoints.web.records import titles
from chalicelib.entrypoints.web.serving import Answer, page
from chalicelib.services.export_customer import Export

FILE = {"Content-Type": "application/json", "Content-Disposition": 'attachment; filename="ringfence-export.json"'}


def show(request: PageRequest) -> Answer:
    """The page, for a session that the wallet opened."""
    return _page(request, ringfence().export_customer(here(request, "export").customer.id))


def download(request: PageRequest) -> Answer:
    """The file, for the same."""
    return _file(ringfence().export_customer(here(request, "export").customer.id))


def ask_once(request: PageRequest) -> Answer:
    """A button: mail scanners and previews open every link, and must not use it up."""
    return page(request, "once.html", token=_token(request.query))


def open_once(request: PageRequest) -> Answer:
    """The page or the file, for whoever brings a link that is still good."""
    form, export = ringfence().export_by_link(_token(request.form))
    return _page(request, export) if form == "page" else _file(export)


def _token(members: Mapping[str, str]) -> str:
    token = members.get("token", "")
    if TOKEN.fullmatch(token) is None:
        raise NotFound
    return token


def _file(export: Export) -> Answer:
    from chalicelib.entrypoints.api.answers import as_json
    from chalicelib.entrypoints.api.export_answer import export_answer

    return Answer(as_json(export_answer(export)), 200, FILE)


def _page(request: PageRequest, export: Export) -> Answer:
    return page(
        request,
        "record.html",
        export=export,
        title_of=titles(request),
        sentence=partial(sentence, locale=request.locale),
        refusal_of=lambda code: told(REFUSALS[code].sentences, request.locale),
    )
