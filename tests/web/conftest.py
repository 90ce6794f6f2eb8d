"""Reads pages as a browser would: the text with its language, the links, the landmarks."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

_VOID = {"base", "meta", "link", "input", "br", "img", "hr"}


@dataclass
class Page(HTMLParser):
    """An HTML page, taken apart. `texts` are the pieces of text, each with its language."""

    status: int
    source: str
    texts: list[tuple[str, str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    _open: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.source)
        self.close()
        assert self._open == [], f"elements left open: {self._open}"

    @property
    def text(self) -> str:
        return " ".join(text for text, _ in self.texts)

    def attributes(self, element: str, name: str) -> list[str]:
        return [value for tag, found in self.elements if tag == element and (value := found.get(name)) is not None]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.elements.append((tag, found))
        self.links += [value for name in ("href", "src", "action") if (value := found.get(name))]
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag not in _VOID and not self.get_starttag_text().endswith("/>"):
            self._open.append((tag, found.get("lang") or (self._open[-1][1] if self._open else "")))

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open[-1][0] == tag, f"</{tag}> closes {self._open[-1:]}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and self._open:
            self.texts.append((" ".join(data.split()), self._open[-1][1]))


class Reader:
    """Someone with a browser who reads one language."""

    def __init__(self, client: FlaskClient, language: str) -> None:
        self.client, self.language = client, language

    def get(self, address: str, follow: bool = True) -> Page:
        headers = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": self.language}
        response = self.client.get(address, headers=headers, follow_redirects=follow)
        assert response.mimetype == "text/html", response.mimetype
        return Page(response.status_code, response.text)


@pytest.fixture
def german(client: FlaskClient) -> Reader:
    return Reader(client, "de-AT,de;q=0.9")


@pytest.fixture
def english(client: FlaskClient) -> Reader:
    return Reader(client, "en-GB,en;q=0.9")
