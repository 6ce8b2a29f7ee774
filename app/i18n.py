"""Which language a page speaks: English, French, Polish or Japanese.

In this order: what the page itself demands (a customer's ticket has a language), what the
signed-in person chose, what this browser chose before, what the browser asks for, the setting.
In a demo the browser goes before the person: the visitor only borrows the account.
"""

from __future__ import annotations

from flask import Flask, Response, g, has_request_context, request
from flask_babel import Babel, get_locale
from flask_login import current_user

from app.config import LANGUAGES
from app.context import settings

COOKIE = "language"
YEAR = 365 * 24 * 3600
# Each language calls itself by its own name, so that its speaker finds it.
NAMES = {"en": "English", "fr": "Français", "pl": "Polski", "ja": "日本語"}


def init_app(app: Flask) -> None:
    """Teach the application its languages."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    Babel(app, locale_selector=choose, default_timezone="UTC")
    app.jinja_env.globals.update(language=language, languages=NAMES)


def choose() -> str:
    """Choose the language of the present request."""
    if not has_request_context():
        return settings().language
    person = [getattr(current_user, "language", None)]
    browser = [request.cookies.get(COOKIE), request.accept_languages.best_match(LANGUAGES)]
    own = browser + person if settings().demo else person + browser
    wishes = [g.get("language"), *own]
    return next((wish for wish in wishes if wish in LANGUAGES), settings().language)


def speak(language: str) -> None:
    """Let the rest of this request speak ``language``, unless this browser chose another."""
    if request.cookies.get(COOKIE) not in LANGUAGES and language in LANGUAGES:
        g.language = language


def remember(response: Response, language: str) -> None:
    """Let this browser be spoken to in ``language`` from now on."""
    response.set_cookie(
        COOKIE,
        language,
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=settings().https_only,
    )


def language() -> str:
    """Return the code of the language of this page."""
    return str(get_locale())
