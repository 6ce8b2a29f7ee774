from __future__ import annotations

import hashlib
import json
import re
from itertools import combinations
from pathlib import Path

import pytest

from dispatch import demo
from dispatch.demo.catalogue import CERTIFICATES, FAMILIES, MODELS, SKILLS
from dispatch.demo.pack import PackName, letters, pack_of

PACKS = Path(demo.__file__).parent / "packs"
LANGUAGES = ("en", "fr", "ja", "pl")
EXTRACTED = sorted([*PACKS.glob("places-*.json"), *PACKS.glob("names-*.json")])


def texts(language):
    return json.loads((PACKS / f"texts-{language}.json").read_text("utf-8"))


def shape(value):
    """What must be alike in every language: keys, and how many lines each list has."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items() if key != "streets"}
    return len(value) if isinstance(value, list) else "text"


def sentences(value):
    """All texts of more than ten letters, placeholders taken out."""
    if isinstance(value, dict):
        return {text for inner in value.values() for text in sentences(inner)}
    if isinstance(value, list):
        return {text for inner in value for text in sentences(inner)}
    said = re.sub(r"\{\w+\}", "", value)
    return {said} if len(said) > 10 else set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_words_for_everything(language):
    words = texts(language)

    assert shape(words) == shape(texts("en"))
    assert set(words["families"]) == set(FAMILIES)
    assert set(words["models"]) == set(MODELS)
    assert set(words["skills"]) == set(SKILLS)
    assert set(words["certificates"]) == set(CERTIFICATES)
    assert len(words["parts"]) == 40


@pytest.mark.parametrize(("one", "other"), list(combinations(LANGUAGES, 2)))
def test_no_sentence_of_one_language_stands_in_another(one, other):
    assert sentences(texts(one)) & sentences(texts(other)) == set()


@pytest.mark.parametrize("path", EXTRACTED, ids=lambda path: path.name)
def test_an_extracted_file_names_its_sources_and_is_unchanged(path):
    content = json.loads(path.read_text("utf-8"))
    header = content.pop("header")
    body = json.dumps(content, ensure_ascii=False, sort_keys=True)

    assert header["sha256"] == hashlib.sha256(body.encode()).hexdigest()
    assert all(source["licence"] and source["credit"] for source in header["sources"])


@pytest.mark.parametrize("pack", list(PackName))
def test_places_lie_within_the_area_of_their_pack(pack):
    loaded = pack_of(pack)
    latitude, longitude = loaded.setting.centre

    assert len(loaded.places) >= 70
    assert all(abs(place.latitude - latitude) < 0.7 for place in loaded.places)
    assert all(abs(place.longitude - longitude) < 1.1 for place in loaded.places)
    assert len({place.postcode for place in loaded.places}) > len(loaded.places) / 4


def test_letters_for_mail_addresses_are_plain():
    assert letters("Łukasz Żółć") == "lukaszzolc"
    assert letters("Cœur-Étoilé") == "coeuretoile"
