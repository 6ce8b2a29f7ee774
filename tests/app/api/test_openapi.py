import re

from openapi_spec_validator import validate


def test_the_description_is_valid_openapi(client):
    document = client.get("/api/openapi.json").json

    validate(document)
    assert document["openapi"] == "3.1.0"


def test_every_route_of_the_api_is_described(app, client):
    described = set(client.get("/api/openapi.json").json["paths"])
    routes = {
        re.sub(r"<(?:[^:<>]*(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
    }

    assert routes == described
