"""The page that shows how true travel times are."""

from __future__ import annotations

import re

import pytest

from app.desk.evidence import SIDE, plot
from dispatch import legs
from routing.travel.crowfly import CrowFly
from routing.travel.evidence import evidence
from routing.travel.learn import Leg, expected_s, learn
from routing.travel.provider import Point
from tests import build
from tests.clock import NOW


@pytest.fixture
def page(rows, sign_in):
    boss = build.dispatcher(rows)
    rows.commit()
    browser = sign_in(boss)
    return lambda: browser.get("/travel-times").get_data(as_text=True)


@pytest.fixture
def taught(rows):
    """Sixty legs, each a quarter slower than the crow; one of them took an hour and a half."""
    ends = [(Point(52.2, 21.0), Point(52.21 + i * 0.002, 21.0 + i % 7 * 0.01)) for i in range(60)]
    crow = CrowFly()
    said = expected_s([Leg(a, b, 0) for a, b in ends], provider=crow)
    driven = [Leg(a, b, s * 1.25, "midday") for (a, b), s in zip(ends, said, strict=True)]
    driven[7] = driven[7]._replace(taken_s=5400.0)
    lesson = learn(driven, expected=said, provider="crowfly")
    shown = evidence(driven, expected=said, provider="crowfly")
    legs.keep(rows, lesson=lesson, evidence=shown, now=NOW)
    rows.commit()


def test_before_anything_is_learned_the_page_says_what_it_takes(page):
    assert "Nothing learned yet" in page()


@pytest.mark.usefixtures("taught")
def test_the_page_shows_legs_errors_factors_and_the_plot(page):
    text = page()

    assert "straight lines" in text
    assert re.search(r"Legs driven</dt><dd>60<", text)
    assert re.search(r"Mean error before</dt><dd>2\d%<", text)
    assert text.count('<circle class="after"') == 59
    assert "1 very long leg is not shown." in text
    assert "11:30 \N{EN DASH} 14:00" in text


def test_agents_do_not_see_it(rows, sign_in):
    agent = build.agent(rows)
    rows.commit()

    assert sign_in(agent).get("/travel-times").status_code == 403


def test_a_leg_that_was_predicted_rightly_lies_on_the_diagonal():
    drawn = plot([(600, 900, 900), (1200, 1500, 1500)])

    assert all(x == pytest.approx(SIDE - y) for x, y in drawn.after)
    assert all(x > SIDE - y for x, y in drawn.before)
    assert [minute for _, minute in drawn.lines] == [0, 5, 10, 15, 20, 25]


@pytest.mark.parametrize("count", [0, 1, 400])
def test_every_dot_lies_inside_the_plot(count):
    drawn = plot([(60 + i * 7, 90 + i * 5, 80 + i * 6) for i in range(count)])

    dots = [*drawn.before, *drawn.after]
    assert all(0 <= x <= SIDE and 0 <= y <= SIDE for x, y in dots)
    assert len(dots) + 2 * drawn.left_out == 2 * count
