"""Sends notices as mail. Without a mail server nothing leaves: they wait, readable, in the outbox.

One message to one recipient; its Message-ID is the notice's own, so a mail that went out twice can
be recognised as one.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage

from flask import Flask

from app import database, letters
from app.config import Settings
from app.context import settings_of
from app.database import session
from app.letters import Letter
from dispatch.notices import Notice, NoticeChannel
from schedules.tasks.deliver_notices import NotSent

# A mail server that does not answer within this holds up the post no longer.
PATIENCE_S = 20.0


def sender(app: Flask) -> Callable[[Notice], None] | None:
    """What sends one notice and raises NotSent when it may work later; none without a server."""
    given = settings_of(app)
    if not given.smtp_host:
        return None
    open_session = database.opener(app)

    def send(notice: Notice) -> None:
        if notice.channel is not NoticeChannel.EMAIL:
            raise NotSent("There is no gateway for text messages.")
        with app.test_request_context(base_url=given.public_url), open_session() as own:
            letter = letters.written(own, notice)
        _post(_mail(letter, notice=notice, given=given), given=given)

    return send


def worded(notice: Notice) -> Letter:
    """A notice as its recipient reads it, for pages."""
    return letters.written(session(), notice)


def _mail(letter: Letter, *, notice: Notice, given: Settings) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = given.mail_from
    mail["To"] = notice.recipient
    mail["Subject"] = letter.subject
    mail["Message-ID"] = f"<notice-{notice.id}@onsite>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.body)
    return mail


def _post(mail: EmailMessage, *, given: Settings) -> None:
    try:
        with _connected(given) as server:
            if given.smtp_user:
                server.login(given.smtp_user, given.smtp_password)
            server.send_message(mail)
    except (OSError, smtplib.SMTPException) as away:
        raise NotSent(f"{type(away).__name__}: {away}") from away


def _connected(given: Settings) -> smtplib.SMTP:
    host, port = given.smtp_host, given.smtp_port
    if given.smtp_security == "tls":
        safe = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, timeout=PATIENCE_S, context=safe)
    server = smtplib.SMTP(host, port, timeout=PATIENCE_S)
    if given.smtp_security == "starttls":
        server.starttls(context=ssl.create_default_context())
    return server
