"""The web: three audiences (desk, field, portal), one door for machines (api), one factory.

Why the factory imports everything itself: the command line lives in this package too, and
``onsite solve`` must start without loading the web.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def create_app(
    overrides: Mapping[str, object] | None = None,
    *,
    clock: Callable[[], datetime] | None = None,
) -> Flask:
    """Build the application.

    ``overrides`` win over every other setting; names in capitals (``TESTING``) go to Flask as they
    are. ``clock`` tells the time instead of the computer's. Raises SettingsWrong.
    """
    from flask import Flask
    from jinja2 import StrictUndefined
    from werkzeug.middleware.proxy_fix import ProxyFix

    from app import (
        api,
        assets,
        database,
        desk,
        errors,
        field,
        formats,
        headers,
        health,
        i18n,
        maps,
        navigation,
        portal,
        progress,
        security,
        sign_in,
        travel,
        words,
        work,
    )
    from app import clock as clocks
    from app.config import load

    overrides = overrides or {}
    settings = load({name: value for name, value in overrides.items() if name.islower()})
    settings = settings.with_secret()
    app = Flask(__name__, instance_path=str(settings.instance.resolve()))
    app.config.update({name: value for name, value in overrides.items() if name.isupper()})
    app.extensions["onsite.settings"] = settings
    app.jinja_env.undefined = StrictUndefined
    if hops := settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
    demo_clock = clocks.DemoClock(path=settings.instance / "clock.json")
    trade_clock = clock or (demo_clock if settings.demo else clocks.system)
    clocks.use(app, clock=trade_clock, true_clock=clock or clocks.system)
    database.init_app(app, settings)
    security.init_app(app, settings)
    headers.init_app(app, settings)
    for part in (i18n, formats, words, assets, errors, navigation, progress, health, travel, work):
        part.init_app(app)
    for audience in (sign_in, maps, desk, field, portal, api):
        audience.init_app(app)
    return app
