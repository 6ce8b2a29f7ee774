"""Headers that every answer carries: nothing inline, nothing from elsewhere, no frames.

Only a tile server that the settings name may send pictures.
"""

from __future__ import annotations

from flask import Flask, Response, request

from app.config import Settings

NOSNIFF = {
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:{tiles};"
    " connect-src 'self'; manifest-src 'self'; worker-src 'self'; font-src 'self';"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none';"
    " require-trusted-types-for 'script'; trusted-types onsite default"
)
TWO_YEARS = 2 * 365 * 24 * 3600


def init_app(app: Flask, settings: Settings) -> None:
    """Put the headers on every answer of the application, errors included."""
    origin = settings.base_map.origin
    policy = CONTENT_POLICY.format(tiles=f" {origin}" if origin else "")

    def protect(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        for name, value in NOSNIFF.items():
            response.headers.setdefault(name, value)
        # The address of a customer's page is the key to it; it must not travel.
        private = request.path.startswith("/b/")
        response.headers.setdefault("Referrer-Policy", "no-referrer" if private else "same-origin")
        if settings.https_only:
            response.headers["Strict-Transport-Security"] = f"max-age={TWO_YEARS}"
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    app.after_request(protect)
