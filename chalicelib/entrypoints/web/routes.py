"""/preferences: the routes of the preference centre. What they do is imported when a page is first asked for."""

from collections.abc import Callable
from importlib import import_module

from chalice.app import Blueprint, Response

bp = Blueprint(__name__)

# Method, path, and which view of this package answers. What only takes forms leads home if it is opened like a page.
PAGES = (
    ("GET", "/preferences", "choices.show"),
    ("GET", "/preferences/enter", "sign_in.enter"),
    ("GET", "/preferences/number", "sign_in.home"),
    ("POST", "/preferences/number", "sign_in.start"),
    ("GET", "/preferences/code/{verification_id}", "sign_in.ask"),
    ("POST", "/preferences/code/{verification_id}", "sign_in.check"),
    ("GET", "/preferences/sign-out", "sign_in.home"),
    ("POST", "/preferences/sign-out", "sign_in.leave"),
    ("GET", "/preferences/choice", "sign_in.home"),
    ("POST", "/preferences/choice", "choices.choose"),
    ("GET", "/preferences/refusal", "sign_in.home"),
    ("POST", "/preferences/refusal", "choices.refuse_optional"),
    ("GET", "/preferences/number-change", "number_change.show"),
    ("POST", "/preferences/number-change", "number_change.stop"),
    ("GET", "/preferences/history", "records.history"),
    ("GET", "/preferences/access-log", "records.access_log"),
    ("GET", "/preferences/account", "account.show"),
    ("GET", "/preferences/export", "record_page.download"),
    ("GET", "/preferences/record", "record_page.show"),
    ("GET", "/preferences/record-once", "record_page.ask_once"),
    ("POST", "/preferences/record-once", "record_page.open_once"),
    ("GET", "/preferences/erasure", "account.ask_erasure"),
    ("POST", "/preferences/erasure", "account.erase"),
    ("GET", "/preferences/erased", "account.erased"),
    ("GET", "/preferences/ending", "account.ending"),
    ("GET", "/preferences/static/{name}", "assets.serve"),
)


def _serving(method: str, path: str, view: str) -> Callable[..., Response]:
    module, name = view.split(".")

    def serve(**captured: str) -> Response:
        package = "chalicelib.entrypoints.web"
        serving = import_module(f"{package}.serving")
        answer: Response = serving.serve(
            getattr(import_module(f"{package}.{module}"), name), bp.current_request, f"{method} {path}", captured
        )
        return answer

    return serve


for _method, _path, _view in PAGES:
    # Chalice would answer a wrong Content-Type itself, and not with a page: `page_request` does.
    bp.route(_path, methods=[_method], content_types=[])(_serving(_method, _path, _view))
