"""Every sentence that people read goes through the catalogues, and the catalogues are complete."""

from __future__ import annotations

import ast
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from jinja2 import Environment

from app.config import LANGUAGES

APP = Path(__file__).parent.parent / "app"
MAPPING = APP / "translations/babel.cfg"
TEMPLATES = sorted((APP / "templates").rglob("*.html"))
MODULES = [path for path in sorted(APP.rglob("*.py")) if "commands" not in path.parts]
# Found by babel besides its own names for them.
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
KEYWORDS |= {"_n": (1, 2), "lazy_ngettext": (1, 2)}
READ_ALOUD = {"alt", "aria-label", "aria-description", "placeholder", "title"}
READ_ALOUD |= {"data-ask", "data-yes", "data-no"}  # our dialogs show these
OUR_NAME = {"Onsite"}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")


@cache
def catalogue(language: str) -> Catalog:
    path = APP / "translations" / language / "LC_MESSAGES/messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


@cache
def sentences() -> frozenset[str | tuple[str, ...]]:
    """Every sentence in code and templates; one with a plural as a pair."""
    with MAPPING.open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(str(APP), methods, options, keywords=KEYWORDS)
    return frozenset(message for _path, _line, message, _comments, _context in found)


class Reader(HTMLParser):
    """Collects what a person would read or hear of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag, attrs):
        self.silent += tag in {"script", "style"}
        self.said += [value or "" for name, value in attrs if name in READ_ALOUD]

    def handle_endtag(self, tag):
        self.silent -= tag in {"script", "style"}

    def handle_data(self, data):
        if not self.silent:
            self.said.append(data)


def raw_words(template: Path) -> list[str]:
    """What a template says without asking the catalogue."""
    tokens = list(Environment().lex(template.read_text(encoding="utf-8")))  # noqa: S701
    reader = Reader()
    reader.feed("".join(text if kind == "data" else "" for _line, kind, text in tokens))
    said = {text.strip() for text in reader.said}
    return sorted(text for text in said - OUR_NAME if re.search(r"[^\W\d_]{2}", text))


def untranslated_flashes(module: Path) -> list[str]:
    calls = [
        node
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"flash", "abort"}
    ]
    spoken = [argument for call in calls for argument in call.args[:1]]
    spoken += [word.value for call in calls for word in call.keywords if word.arg == "description"]
    return [
        f"{module.name}:{node.lineno}"
        for node in spoken
        if isinstance(node, ast.JoinedStr)
        or (isinstance(node, ast.Constant) and isinstance(node.value, str))
    ]


def missing(language: str) -> list[str]:
    known = {message.id: message for message in catalogue(language) if message.id}
    needed = {each if isinstance(each, str) else tuple(each[:2]) for each in sentences()}
    absent = [str(each) for each in needed if each not in known]
    empty = [
        str(each)
        for each in needed & set(known)
        if not all(known[each].string if isinstance(each, tuple) else [known[each].string])
    ]
    return sorted(absent + empty)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(APP)))
def test_a_template_says_nothing_past_the_catalogue(template):
    assert raw_words(template) == []


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(APP)))
def test_a_view_flashes_nothing_past_the_catalogue(module):
    assert untranslated_flashes(module) == []


def test_the_catalogues_are_those_of_the_languages():
    found = {path.parent.parent.name for path in (APP / "translations").glob("*/*/messages.po")}

    assert found == set(LANGUAGES)


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_every_sentence_is_translated(language):
    absent = missing(language)

    assert (len(absent), absent[:5]) == (0, [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_a_guess(language):
    assert [message.id for message in catalogue(language) if message.id and message.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_placeholders(language):
    broken = [message.id for message in catalogue(language) if not keeps_placeholders(message)]

    assert broken == []


def keeps_placeholders(message) -> bool:
    """Whether each form names what the sentence names; a plural may leave out the number one."""
    if not message.id or not message.string:
        return True
    if not isinstance(message.id, tuple):
        return set(PLACEHOLDER.findall(message.string)) == set(PLACEHOLDER.findall(message.id))
    named = {name for each in message.id for name in PLACEHOLDER.findall(each)}
    return all(set(PLACEHOLDER.findall(form)) <= named for form in message.string if form)
