"""Files that come with a message: taken in, named safely, and handed out as downloads only.

Whoever may read the message may have its files. What a browser says about a file's type is not
believed; the content decides, and everything that is not plainly known is just bytes.
"""

from __future__ import annotations

from io import BytesIO

from flask import Response, abort, request, send_file

from app import security
from app.database import db, session
from app.desk.pages import blueprint
from app.security import DESK, open_to
from dispatch import tickets
from dispatch.tickets import Attachment, Message, Ticket

BYTES = "application/octet-stream"
LONGEST_NAME = 200
# The first bytes of what we know, and its type; nothing that a browser would run.
BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)


@blueprint.get("/tickets/<int:ticket_id>/files/<int:attachment_id>")
@open_to(*DESK)
def attachment(ticket_id: int, attachment_id: int) -> Response:
    """Hand out a file to somebody who may read its message; to others it is not there."""
    ticket = db.get_or_404(Ticket, ticket_id)
    found = db.get_or_404(Attachment, attachment_id)
    if found.message not in tickets.readable(ticket, by=security.account()):
        abort(404)
    return send_file(
        BytesIO(found.content),
        mimetype=media_type(found.content),
        as_attachment=True,
        download_name=safe_name(found.filename),
        max_age=0,
    )


def keep_files(message: Message) -> None:
    """Keep what this request sent along with its message; the server limits the whole request."""
    for sent in request.files.getlist("files"):
        content = sent.read()
        if sent.filename or content:
            tickets.attach(
                session(),
                message=message,
                filename=safe_name(sent.filename or ""),
                media_type=media_type(content),
                content=content,
            )


def safe_name(given: str) -> str:
    """Return the last part of a file's name, without anything that cannot be seen."""
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(each for each in last if each.isprintable()).strip(" .")
    return seen[-LONGEST_NAME:] or "file"


def media_type(content: bytes) -> str:
    """Return the type that the content itself shows."""
    for beginning, kind in BEGINNINGS:
        if content.startswith(beginning):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return "text/plain" if _is_text(content) else BYTES


def _is_text(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\x00" not in content
