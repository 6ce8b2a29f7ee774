"""A small firm with tokens for machines, asked over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask

from app.api.tokens import Scope
from dispatch import accounts, store
from dispatch.accounts import Account, RoleName
from tests import build

_keys = count(1)
EVERYTHING = tuple(scope.value for scope in Scope)


class Machine:
    """A program that calls the API with a token; each POST brings a key of its own."""

    def __init__(self, app: Flask, secret: str) -> None:
        self._client = app.test_client()
        self._headers = {"Authorization": f"Bearer {secret}"}

    def get(self, path: str, **query: Any):
        return self._client.get(f"/api/v1{path}", query_string=query, headers=self._headers)

    def post(self, path: str, body: Any = None, *, key: str = ""):
        headers = self._headers | {"Idempotency-Key": key or f"test-key-{next(_keys)}"}
        return self._client.post(f"/api/v1{path}", json=body, headers=headers)

    def keyless_post(self, path: str, body: Any):
        return self._client.post(f"/api/v1{path}", json=body, headers=self._headers)

    def change(self, verb: str, path: str, body: Any = None, *, version: int | None = None):
        tag = {} if version is None else {"If-Match": f'"{version}"'}
        act = getattr(self._client, verb)
        return act(f"/api/v1{path}", json=body, headers=self._headers | tag)


@pytest.fixture
def machine(app, rows, clock) -> Callable[..., Machine]:
    """Make a machine that acts for an account; by default it may do what the account may."""

    def make(account: Account, *, scopes: Iterable[str] = EVERYTHING, **issue: Any) -> Machine:
        rows.commit()  # what was read before is over: a writer begins anew
        with store.writing():
            _token, secret = accounts.issue_token(
                rows,
                account=account,
                name="robot",
                scopes=list(scopes),
                expires_at=issue.get("expires_at", clock() + timedelta(days=1)),
                now=clock(),
            )
            rows.commit()
        return Machine(app, secret)

    return make


@pytest.fixture
def dispatcher(rows, machine) -> Machine:
    """A machine that acts for a dispatcher."""
    return machine(build.account(rows, roles=[RoleName.DISPATCHER, RoleName.AGENT], tier=2))
