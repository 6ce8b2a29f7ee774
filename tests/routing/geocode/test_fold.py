"""Two spellings of one name fold to the same words."""

import pytest

from routing.geocode.fold import bigrams, fold, forms, words


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Żółć", "zolc"),
        ("Straße", "strasse"),
        ("Œuvre", "oeuvre"),
        ("Ærø", "aero"),
        ("Ñandú", "nandu"),
    ],
)
def test_marks_go_and_letters_of_their_own_become_plain_ones(written, folded):
    assert fold(written) == folded


def test_kana_keep_their_voicing_marks():
    assert fold("がぎ") == "がぎ"
    assert fold("が") != fold("か")


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("boulevard Saint-Michel", "Bd. St Michel"),
        ("Hauptstraße", "Hauptstr."),
        ("Rathausplatz", "Rathauspl."),
        ("ulica Świętego Jana", "ul. św. Jana"),
        ("Rua Doutor Sousa", "R. Dr. Sousa"),
        ("Baker Road", "Baker Rd"),
    ],
)
def test_a_short_form_is_the_long_one(long, short):
    assert words(long) == words(short)


def test_a_name_with_umlauts_has_two_spellings():
    assert forms("Mühle") == (("muhle",), ("muehle",))


def test_pairs_of_characters_overlap():
    assert bigrams("丸の内 1") == "丸の の内 内1"
    assert bigrams("京") == "京"
