"""Whom we serve, and how they are found while the phone rings."""

import pytest

from dispatch import customers
from dispatch.base import StaleVersion
from tests import build
from tests.clock import NOW


@pytest.mark.parametrize(
    "piece", ["żółć", "ŻÓŁĆ", "łukasz@", "ŁUKASZ", "たなか", "田中", "22 123 45 67", "022 1234567"]
)
def test_a_customer_is_found_by_any_piece_in_any_alphabet(session, piece):
    customer = build.customer(session, name="Zażółć Żółć")
    build.contact(session, customer=customer, name="Łukasz 田中", email="łukasz@example.com")
    build.customer(session, name="Dupont & fils")

    assert customers.search_customers(session, text=piece) == [customer]


def test_what_looks_like_a_pattern_is_only_a_word(session):
    build.customer(session, name="Dupont")

    assert customers.search_customers(session, text="%") == []


def test_who_names_no_language_speaks_the_customers(session):
    customer = build.customer(session, language="fr")

    contact = customers.add_contact(session, customer=customer, name="Zoé", phone="+33611223344")

    assert contact.language == "fr"
    assert customers.contacts_by_phone(session, phone="+33611223344") == [contact]


def test_a_customer_is_changed_only_as_seen(session):
    customer = customers.add_customer(session, name=" Dupont ", language="fr", now=NOW)
    customers.edit_customer(
        session, customer=customer, name="Durand", expected_version=customer.version, now=NOW
    )

    with pytest.raises(StaleVersion):
        customers.edit_customer(
            session, customer=customer, name="Dupond", expected_version=1, now=NOW
        )
    assert customer.name == "Durand"
