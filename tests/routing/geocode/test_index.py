"""Addresses as people write them find the doors of an invented land."""

import pytest

from routing.geocode.answer import Precision, Verdict, apart, judge
from routing.geocode.index import ExtractWrong, IndexWrong, Places, build_index
from tests.routing.geocode.land import (
    ALTDORF,
    ASHBY,
    BONNEVILLE,
    GRUSZOWO,
    MARUNOUCHI,
    NEUDORF,
    UENO,
    Land,
    east,
    invented,
    north,
)


@pytest.fixture(scope="module")
def extract(tmp_path_factory):
    return invented().write(tmp_path_factory.mktemp("extract") / "land.osm.pbf")


@pytest.fixture(scope="module")
def index(extract, tmp_path_factory):
    target = tmp_path_factory.mktemp("index") / "places.db"
    build_index(extract, target)
    return target


@pytest.fixture(scope="module")
def places(index):
    places = Places(index)
    yield places
    places.close()


def best(places, address):
    answers = places.find(address, language="en")
    assert answers, address
    return answers[0]


def is_at(answer, at, metres=25):
    return apart((answer.latitude, answer.longitude), at) <= metres


def door(at, number, step=20):
    return north(east(at, number / 2 * step), 10 if number % 2 else -10)


@pytest.mark.parametrize(
    ("address", "at"),
    [
        ("plac Swietego Jana 12, Gruszowo", door(north(GRUSZOWO, 200), 12)),
        ("Juliusza Slowackiego 12, Gruszowo", door(GRUSZOWO, 12)),
        ("rue de l'Oeuvre 4, Bonneville", door(north(BONNEVILLE, 800), 4)),
        ("HAUPTSTRASSE 3, ALTDORF", door(ALTDORF, 3)),
        ("Muhlegasschen 1, Altdorf", door(north(ALTDORF, 300), 1)),
        ("Muehlegaesschen 1, Altdorf", door(north(ALTDORF, 300), 1)),
        ("Mühlegässchen 1, Altdorf", door(north(ALTDORF, 300), 1)),
    ],
)
def test_letters_without_their_marks_find_the_door(places, address, at):
    answer = best(places, address)

    assert is_at(answer, at)
    assert answer.precision is Precision.ROOFTOP
    assert judge(places.find(address, language="en")) is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("address", "at"),
    [
        ("4 bd St-Michel, 74130 Bonneville", door(north(BONNEVILLE, 200), 4)),
        ("4, blvd. Saint Michel Bonneville", door(north(BONNEVILLE, 200), 4)),
        ("8 av. du Gal de Gaulle, Bonneville", door(north(BONNEVILLE, 400), 8)),
        ("8 av de Gaulle, Bonneville", door(north(BONNEVILLE, 400), 8)),
        ("Hauptstr. 3, Altdorf", door(ALTDORF, 3)),
        ("Haupt Str. 3, Altdorf", door(ALTDORF, 3)),
        ("Feldkircherstr. 52, Altdorf", door(north(ALTDORF, 500), 52)),
        ("ul. Słowackiego 12/3, 31-159 Gruszowo", door(GRUSZOWO, 12)),
        ("Słowackiego 12 m. 7, Gruszowo", door(GRUSZOWO, 12)),
        ("pl. Św. Jana 20, Gruszowo", door(north(GRUSZOWO, 200), 20)),
        ("os. Złota Jesień 12, Gruszowo", door(north(GRUSZOWO, 400), 12)),
        ("ul. 3 Maja 12, Gruszowo", door(north(GRUSZOWO, 600), 12)),
        ("7 St John St, Ashby LE65 1AB", door(ASHBY, 7)),
        ("Flat 2, 9 Baker Rd, Ashby", door(north(ASHBY, 200), 9)),
        ("9 Baker Road, Ashby, United Kingdom", door(north(ASHBY, 200), 9)),
        ("ul. Słowackiego 12 lok. 4, 31-159 Gruszowo, Polska", door(GRUSZOWO, 12)),
        ("4 rue de la République Bâtiment C 74130 Bonneville France", door(BONNEVILLE, 4)),
    ],
)
def test_short_forms_and_left_out_titles_find_the_door(places, address, at):
    answer = best(places, address)

    assert is_at(answer, at), answer
    assert answer.precision is Precision.ROOFTOP
    assert judge(places.find(address, language="en")) is Verdict.ACCEPTED


def test_the_towns_name_outranks_a_street_that_has_it(places):
    answer = best(places, "Hauptstrasse 5, Neudorf")

    assert is_at(answer, door(NEUDORF, 5))


def test_one_street_name_in_two_villages_is_two_streets(places):
    in_altdorf, in_neudorf = (
        best(places, "Hauptstrasse 1, Altdorf"),
        best(places, "9491 Hauptstr. 1"),
    )

    assert is_at(in_altdorf, door(ALTDORF, 1))
    assert is_at(in_neudorf, door(NEUDORF, 1))


def test_a_street_without_its_town_that_is_in_two_is_a_question(places):
    answers = places.find("Hauptstrasse 1", language="en")

    assert judge(answers) is Verdict.AMBIGUOUS
    assert {answer.label.rsplit(" ", 1)[1] for answer in answers[:2]} == {"Altdorf", "Neudorf"}


def test_streets_of_one_name_far_apart_are_two_even_where_no_town_is_known(tmp_path):
    land = Land()
    land.street((10.0, 10.0), "Long Road")
    land.street(east((10.0, 10.0), 500), "Long Road")
    land.street(east((10.0, 10.0), 9000), "Long Road")
    build_index(land.write(tmp_path / "x.osm.pbf"), tmp_path / "places.db")
    places = Places(tmp_path / "places.db")

    answers = places.find("Long Road", language="en")
    places.close()

    assert len(answers) == 2


@pytest.mark.parametrize("address", ["Bonneville", "74130 Bonneville", "bonnevile"])
def test_a_bare_town_finds_the_town_and_not_a_street_called_after_it(places, address):
    answer = best(places, address)

    assert answer.precision is Precision.LOCALITY
    assert is_at(answer, BONNEVILLE)


def test_a_thing_with_a_name_is_found_by_it(places):
    answer = best(places, "Schule Altdorf")

    assert answer.precision is Precision.ROOFTOP
    assert is_at(answer, north(ALTDORF, 900))


@pytest.mark.parametrize(
    ("number", "at", "precision"),
    [
        ("2", door(ALTDORF, 2), Precision.ROOFTOP),
        ("12b", door(ALTDORF, 12), Precision.ROOFTOP),
        ("12 b", door(ALTDORF, 12), Precision.ROOFTOP),
        ("12", door(ALTDORF, 12), Precision.INTERPOLATED),
        ("5", door(ALTDORF, 5), Precision.INTERPOLATED),
        ("7", door(ALTDORF, 7), Precision.INTERPOLATED),
        ("6", door(ALTDORF, 6), Precision.INTERPOLATED),
        ("99", east(ALTDORF, 100), Precision.STREET),
    ],
)
def test_a_missing_number_lies_between_its_neighbours_of_the_same_side(
    places, number, at, precision
):
    answer = best(places, f"Hauptstraße {number}, Altdorf")

    assert answer.precision is precision
    assert is_at(answer, at)


@pytest.mark.parametrize("number", ["71", "73", "71-75", "71 - 75"])
def test_a_door_with_several_numbers_is_found_by_each(places, number):
    answer = best(places, f"Mühlegässchen {number}, Altdorf")

    assert answer.precision is Precision.ROOFTOP


@pytest.mark.parametrize(
    "address", ["8bis rue de la République, Bonneville", "Rue de la République 8 bis, Bonneville"]
)
def test_the_number_may_stand_first_or_last(places, address):
    answer = best(places, address)

    assert is_at(answer, door(BONNEVILLE, 8))
    assert answer.confidence > 0.9


@pytest.mark.parametrize(
    ("address", "at"),
    [
        ("Hauptsrasse 3, Altdorf", door(ALTDORF, 3)),
        ("Feldkicher Strasse 52, Altdorf", door(north(ALTDORF, 500), 52)),
        ("rue de la Repubilque 4, Bonneville", door(BONNEVILLE, 4)),
        ("4 bulevard Saint-Michel, Bonneville", door(north(BONNEVILLE, 200), 4)),
        ("Slowackeigo 12, Gruszowo", door(GRUSZOWO, 12)),
        ("9 Bakre Road, Ashby", door(north(ASHBY, 200), 9)),
        ("Hauptstrasse 3, Altdrof", door(ALTDORF, 3)),
    ],
)
def test_one_slip_still_finds_the_door(places, address, at):
    assert is_at(best(places, address), at)


@pytest.mark.parametrize(
    "address",
    [
        "Bahnhofplatz 3, Altdorf",
        "Quai des Brumes 4, Bonneville",
        "Hauptstrasse 3, Berlin",
        "ulica Mickiewicza 12, Gruszowo",
        "xyzzy",
    ],
)
def test_what_is_not_there_is_never_taken_for_something_else(places, address):
    answers = places.find(address, language="en")

    assert judge(answers) is not Verdict.ACCEPTED
    assert all(answer.confidence <= 0.5 for answer in answers)


def test_the_town_of_an_unknown_street_is_offered_for_review(places):
    answers = places.find("Bahnhofplatz 3, Altdorf", language="en")

    assert answers[0].precision is Precision.LOCALITY
    assert judge(answers) is Verdict.UNSURE


@pytest.mark.parametrize(
    "address",
    [
        "東京都千代田区丸の内1丁目2番3号",
        "東京都千代田区丸の内一丁目2-3",
        "〒100-0005 東京都 千代田区 丸の内 1丁目2\u22123",
        "千代田区丸の内１ー２ー３",
        "丸の内1-2-3",
        "東京都千代田区丸の内一丁目二番三号 大手町ビル5階",
    ],
)
def test_a_japanese_block_address_finds_its_house(places, address):
    answer = best(places, address)

    assert answer.precision is Precision.ROOFTOP
    assert is_at(answer, north(east(MARUNOUCHI, 90), 100), 5)
    assert judge(places.find(address, language="ja")) is Verdict.ACCEPTED


def test_a_numeral_in_a_japanese_name_stays_a_name(places):
    answer = best(places, "台東区三筋2丁目23番4号")

    assert is_at(answer, east(UENO, 120), 5)


def test_a_slip_in_a_japanese_name_still_finds_the_house(places):
    answer = best(places, "東京都千代田区丸之内1-2-3")

    assert is_at(answer, north(east(MARUNOUCHI, 90), 100), 5)


def test_a_house_that_is_not_in_its_block_is_the_blocks_middle(places):
    answer = best(places, "千代田区丸の内1-2-99")

    assert answer.precision is Precision.STREET
    assert is_at(answer, north(east(MARUNOUCHI, 90), 100), 80)


def test_an_address_says_whose_data_it_is(places):
    assert best(places, "Hauptstrasse 3, Altdorf").attribution == "© OpenStreetMap contributors"


@pytest.mark.parametrize("address", ["", "   ", ",,,", "12", "%_*\"'()", "a" * 5000])
def test_nonsense_is_no_fault(places, address):
    assert judge(places.find(address, language="en")) is Verdict.NOT_FOUND


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"no map at all", "cannot be read"),
        (None, "cut off"),
        ("none", "no file"),
    ],
)
def test_a_bad_extract_is_named_and_leaves_the_old_index(extract, tmp_path, content, reason):
    target = tmp_path / "places.db"
    build_index(extract, target)
    bad = tmp_path / "bad.osm.pbf"
    if content is None:
        content = extract.read_bytes()[: extract.stat().st_size // 2]
    if isinstance(content, bytes):
        bad.write_bytes(content)

    with pytest.raises(ExtractWrong, match=reason) as refused:
        build_index(bad, target)

    assert str(bad) in str(refused.value)
    places = Places(target)
    assert is_at(best(places, "Hauptstrasse 3, Altdorf"), door(ALTDORF, 3))
    places.close()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".places")] == []


def test_an_extract_without_names_is_refused(tmp_path):
    land = Land()
    land.point((1.0, 1.0), natural="tree")

    with pytest.raises(ExtractWrong, match="no streets, addresses or towns"):
        build_index(land.write(tmp_path / "trees.osm.pbf"), tmp_path / "places.db")


def test_an_open_index_goes_on_while_a_new_one_is_built(extract, tmp_path):
    target = tmp_path / "places.db"
    build_index(extract, target)
    places = Places(target)

    build_index(extract, target)

    assert is_at(best(places, "Hauptstrasse 3, Altdorf"), door(ALTDORF, 3))
    places.close()


def test_a_file_that_is_no_index_is_refused_with_advice(tmp_path):
    file = tmp_path / "places.db"
    file.write_bytes(b"something else" * 100)

    with pytest.raises(IndexWrong, match="onsite places index"):
        Places(file)
    with pytest.raises(IndexWrong, match="does not exist"):
        Places(tmp_path / "none.db")
