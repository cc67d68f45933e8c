"""An API that is asked for no page pays for none."""

from tests.jobs.subprocesses import run_fresh

HEAVY = ("jinja2", "markupsafe", "markdown_it")


def test_the_application_loads_nothing_of_the_page() -> None:
    loaded = run_fresh(
        "import json, sys, app\n"
        f"found = [it for it in sys.modules if it in {HEAVY} or it.startswith('chalicelib.entrypoints.web.')]\n"
        "print(json.dumps(found))"
    )
    assert loaded == ["chalicelib.entrypoints.web.routes"]


def test_a_stylesheet_needs_no_templates() -> None:
    loaded = run_fresh(
        "import json, sys\n"
        "from tests.web.preference_site import gateway, memory_site\n"
        "from chalicelib.entrypoints.web.assets import asset_path\n"
        "memory_site()\n"
        "answer = gateway().handle('GET', asset_path('/preferences', 'page.css'), {'host': '127.0.0.1:8000'})\n"
        "assert answer.status == 200\n"
        f"print(json.dumps([it for it in {HEAVY} if it in sys.modules]), file=sys.__stdout__)"
    )
    assert loaded == []
