"""Takes the pictures of docs/preferences.md. `python -m tests.web.preference_pictures` writes them."""

from dataclasses import dataclass

from playwright.sync_api import Browser

from chalicelib.domain.customer import Customer
from tests.repo.sources import ROOT
from tests.web.chromium import chromium
from tests.web.person import context_of, person_of, with_a_past
from tests.web.preference_site import Site, served_site

FOLDER = ROOT / "docs" / "images"


@dataclass(frozen=True)
class Picture:
    """What is seen, by whom and on what.

    Attributes:
        path: below /preferences.
        way: link or code, or none.
    """

    name: str
    path: str
    way: str
    locale: str
    size: str
    scheme: str


PICTURES = (
    Picture("preferences-choices-1280-light", "", "link", "en", "desktop", "light"),
    Picture("preferences-choices-360-dark", "", "link", "zh-CN", "phone", "dark"),
    Picture("preferences-code-360-light", "", "code", "en", "phone", "light"),
    Picture("preferences-history-1280-dark", "/history", "link", "zh-CN", "desktop", "dark"),
    Picture("preferences-number-1280-light", "", "", "zh-CN", "desktop", "light"),
    Picture("preferences-number-360-dark", "", "", "en", "phone", "dark"),
)


def take(picture: Picture, browser: Browser, site: Site, customer: Customer) -> None:
    """The picture lies in the folder."""
    context = context_of(browser, picture.locale, script=True, size=picture.size, scheme=picture.scheme)
    person = person_of(context.new_page(), site, picture.locale)
    if picture.way == "link":
        person.enter(customer)
    if picture.way == "code":
        person.sign_in()
    else:
        person.go(picture.path)
    person.page.screenshot(path=FOLDER / f"{picture.name}.png")
    context.close()


def main() -> None:
    """All pictures lie in the folder."""
    with served_site() as site, chromium() as browser:
        customer = with_a_past(site)
        site.later(minutes=7)
        site.say(customer, "order_notice", "given", "call")
        for picture in PICTURES:
            take(picture, browser, site, customer)


if __name__ == "__main__":
    main()
