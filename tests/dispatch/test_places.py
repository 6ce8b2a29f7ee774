"""Where work happens: territories by where a site lies, and when it may be entered."""

from datetime import date

import pytest

from dispatch import places
from dispatch.base import StaleVersion
from dispatch.places import NoTerritory, OtherCustomer, Precision
from tests import build
from tests.clock import NOW, at

NORTH = [[52.2, 20.9], [52.2, 21.1], [52.4, 21.1], [52.4, 20.9]]
SOUTH = [[52.0, 20.9], [52.0, 21.1], [52.2, 21.1], [52.2, 20.9]]


def a_site(session, *, latitude, longitude, **columns):
    return places.add_site(
        session,
        customer=build.customer(session),
        name="Biuro",
        address="pl. Defilad 1",
        town="Warszawa",
        latitude=latitude,
        longitude=longitude,
        now=NOW,
        **columns,
    )


@pytest.fixture
def areas(session):
    """Two territories that share a border."""
    north = build.territory(session, polygon=NORTH)
    south = build.territory(session, polygon=SOUTH)
    return north, south


@pytest.mark.parametrize(("latitude", "area"), [(52.3, 0), (52.1, 1), (52.21, 0), (52.19, 1)])
def test_a_site_belongs_to_the_territory_in_which_it_lies(session, areas, latitude, area):
    site = a_site(session, latitude=latitude, longitude=21.0)

    assert (site.territory, site.outside_territory) == (areas[area], False)


def test_a_site_outside_of_all_belongs_to_the_nearest_and_says_so(session, areas):
    """Section 5: a visit never exists without a territory."""
    site = a_site(session, latitude=51.9, longitude=21.0)

    assert (site.territory, site.outside_territory) == (areas[1], True)


def test_far_to_the_north_degrees_of_longitude_are_narrow(session):
    west = build.territory(session, polygon=[[60, 10], [60, 11], [61, 11], [61, 10]])
    build.territory(session, polygon=[[63, 12], [63, 13], [64, 13], [64, 12]])

    territory, outside = places.territory_at(session, latitude=61.7, longitude=12.4)

    assert (territory, outside) == (west, True)


def test_without_any_territory_there_is_no_site(session):
    with pytest.raises(NoTerritory):
        a_site(session, latitude=52.3, longitude=21.0)


def test_a_site_that_is_put_where_it_really_lies_changes_its_territory(session, areas):
    site = a_site(session, latitude=52.3, longitude=21.0)

    places.relocate_site(
        session, site=site, latitude=52.1, longitude=21.0, precision=Precision.ROOFTOP, now=NOW
    )

    assert site.territory is areas[1]


def test_work_starts_within_opening_hours_of_the_sites_zone(session, areas):
    sunday = date(2026, 3, 29)
    site = a_site(session, latitude=52.3, longitude=21.0, opening_hours=[[6, "08:00", "12:00"]])

    assert places.open_windows(site, day=sunday) == ((at("08:00"), at("12:00")),)
    assert places.open_windows(site, day=date(2026, 3, 30)) == ()
    assert areas


def test_malformed_opening_hours_are_refused(session, areas):
    site = a_site(session, latitude=52.3, longitude=21.0)

    with pytest.raises(ValueError, match="weekday"):
        places.edit_site(session, site=site, opening_hours=[[9, "08:00", "12:00"]], now=NOW)
    assert areas


def test_nobody_overwrites_a_site_they_have_not_seen(session, areas):
    site = a_site(session, latitude=52.3, longitude=21.0)
    seen = site.version
    places.edit_site(session, site=site, access_notes="Code 1", expected_version=seen, now=NOW)

    with pytest.raises(StaleVersion):
        places.edit_site(session, site=site, access_notes="Code 2", expected_version=seen, now=NOW)
    assert (site.access_notes, site.territory) == ("Code 1", areas[0])


def test_things_of_two_customers_do_not_go_together(session):
    site = build.site(session)

    with pytest.raises(OtherCustomer):
        places.expect_same_customer(build.customer(session), site)
    places.expect_same_customer(site.customer, site, None, build.asset(session, site=site))


def test_a_zone_that_does_not_exist_makes_no_territory(session):
    with pytest.raises(LookupError):
        places.add_territory(
            session, code="x", name="X", zone="Europe/Warszawa", country="PL", currency="PLN"
        )
