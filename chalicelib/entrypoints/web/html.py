"""Templates and notices as HTML. Whatever is filled in is escaped."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from chalicelib.bootstrap import ringfence
from chalicelib.domain.wording import Notice
from chalicelib.entrypoints.web.assets import asset_path
from chalicelib.entrypoints.web.page_request import PageRequest
from chalicelib.entrypoints.web.words import clock, day, locales, moment, month, span, words

# A notice stands below a purpose's own heading.
HEADINGS_DOWN = 2


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False})
    markdown.validateLink = lambda url: url.lower().startswith(("https:", "mailto:"))  # type: ignore[method-assign]
    return markdown


def render(request: PageRequest, template: str, said: Mapping[str, Any]) -> str:
    """The page in the request's language."""
    locale, controller = request.locale, ringfence().policy.rules.controller
    return _environment().get_template(template).render(
        page=request,
        t=words(locale),
        controller=controller,
        languages=[(each, words(each)["form"]["language"]) for each in locales()],
        asset=partial(asset_path, request.home),
        clock=clock,
        day=partial(day, locale=locale),
        moment=partial(moment, locale=locale),
        month=partial(month, locale=locale),
        span=partial(span, locale=locale),
        instant=datetime.fromisoformat,
        number_of=shown_number,
        **said,
    )  # fmt: skip


@cache
def notice_html(notice: Notice) -> Markup:
    """The notice's text. No HTML of its own passes, and its links lead only to https and mailto."""
    tokens = _markdown().parse(notice.text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + HEADINGS_DOWN)}"
    return Markup(_markdown().renderer.render(tokens, _markdown().options, {}))  # noqa: S704


def shown_number(masked: str) -> str:
    """A mask as people read numbers, e.g. `+86 ••••••••• 00`."""
    return re.sub(r"\*+", lambda stars: f" {'•' * len(stars[0])} ", masked)
