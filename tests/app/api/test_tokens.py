from datetime import timedelta

from dispatch import accounts
from dispatch.accounts import ApiToken, RoleName
from tests import build
from tests.clock import DAY


def test_nobody_comes_in_without_a_token(client):
    answer = client.get("/api/v1/tickets")

    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"


def test_an_invented_token_opens_nothing(client):
    answer = client.get("/api/v1/tickets", headers={"Authorization": "Bearer onsite_invented"})

    assert answer.status_code == 401


def test_a_token_does_only_what_its_scopes_name(machine, rows):
    reader = machine(build.agent(rows), scopes=["tickets:read"])

    assert reader.get("/tickets").status_code == 200
    assert reader.get("/visits").status_code == 403
    assert reader.post("/tickets", {}).status_code == 403


def test_a_token_does_nothing_that_its_account_may_not(machine, rows):
    agent = machine(build.agent(rows))

    assert agent.get("/plans").status_code == 403


def test_a_token_ends_on_its_date(machine, rows, clock):
    short = machine(build.agent(rows), expires_at=clock() + timedelta(minutes=5))

    clock.advance(minutes=6)

    assert short.get("/tickets").status_code == 401


def test_a_revoked_token_opens_nothing(machine, rows, clock):
    agent = machine(build.agent(rows))
    (token,) = rows.query(ApiToken).all()
    accounts.revoke_token(rows, token=token, now=clock())
    rows.commit()

    assert agent.get("/tickets").status_code == 401


def test_a_token_of_a_closed_account_opens_nothing(machine, rows, clock):
    account = build.agent(rows)
    agent = machine(account)
    accounts.deactivate(rows, account=account, now=clock())
    rows.commit()

    assert agent.get("/tickets").status_code == 401


def test_technicians_read_their_own_round_and_nobody_elses(machine, rows):
    account = build.account(rows, roles=[RoleName.TECHNICIAN])
    own = build.technician(rows, account=account)
    other = build.technician(rows, territory=own.territory)
    phone = machine(account)

    assert phone.get(f"/rounds/{own.id}/{DAY}").status_code == 200
    assert phone.get(f"/rounds/{other.id}/{DAY}").status_code == 404


def test_a_technician_sees_no_tickets(machine, rows):
    account = build.account(rows, roles=[RoleName.TECHNICIAN])
    build.technician(rows, account=account)

    assert machine(account).get("/tickets").status_code == 403
