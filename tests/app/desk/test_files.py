"""Files come with a message, and go to those who may read it, as downloads and nothing else."""

from __future__ import annotations

from io import BytesIO

import pytest

from app.desk.files import media_type, safe_name
from dispatch.tickets import Attachment, Direction
from tests import build
from tests.app.desk.kept import every, only

PNG = b"\x89PNG\r\n\x1a\n and more"


@pytest.fixture
def agent(rows, sign_in):
    made = build.agent(rows, tier=1)
    rows.commit()
    return sign_in(made)


@pytest.fixture
def ticket(rows):
    made = build.ticket(rows)
    rows.commit()
    return made


def note(client, ticket, *files, min_tier="1"):
    sent = {"body": "See the picture", "min_tier": min_tier, "files": list(files)}
    return client.post(f"/tickets/{ticket.id}/note", data=sent)


def test_a_file_is_kept_with_its_message_and_handed_out_as_a_download(agent, rows, ticket):
    note(agent, ticket, (BytesIO(PNG), "Zdjęcie drukarki.png", "text/html"))

    kept = only(rows, Attachment)
    page = agent.get(f"/tickets/{ticket.id}").text
    answer = agent.get(f"/tickets/{ticket.id}/files/{kept.id}")

    assert "Zdjęcie drukarki.png" in page
    assert answer.data == PNG
    assert answer.mimetype == "image/png"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_that_was_sent_as_a_picture_is_only_text(agent, rows, ticket):
    note(agent, ticket, (BytesIO(b"<script>alert(1)</script>"), "x.png", "image/png"))

    kept = only(rows, Attachment)

    assert kept.media_type == "text/plain"
    assert agent.get(f"/tickets/{ticket.id}/files/{kept.id}").mimetype == "text/plain"


def test_a_form_without_files_keeps_none(agent, rows, ticket):
    note(agent, ticket)

    assert every(rows, Attachment) == []


def test_what_is_too_large_is_refused_and_not_kept(agent, rows, ticket):
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="big.bin"\r\n\r\n'
    answer = agent.post(
        f"/tickets/{ticket.id}/note",
        data=head + b"x" * 9_000_000 + b"\r\n--b--\r\n",
        content_type="multipart/form-data; boundary=b",
    )

    assert answer.status_code == 413
    assert "Send a smaller file." in answer.text
    assert every(rows, Attachment) == []


def test_a_file_is_not_found_under_another_ticket(agent, rows, ticket):
    other = build.ticket(rows)
    rows.commit()
    note(agent, ticket, (BytesIO(PNG), "a.png"))

    answer = agent.get(f"/tickets/{other.id}/files/{only(rows, Attachment).id}")

    assert answer.status_code == 404


def test_who_may_not_read_a_note_does_not_get_its_file(agent, rows, sign_in, ticket):
    expert = build.agent(rows, tier=3)
    rows.commit()
    note(sign_in(expert), ticket, (BytesIO(PNG), "secret.png"), min_tier="3")
    kept = only(rows, Attachment)

    answer = agent.get(f"/tickets/{ticket.id}/files/{kept.id}")

    assert kept.message.direction is Direction.INTERNAL
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Łukasz\\raport.pdf", "raport.pdf"),
        ("a\r\nSet-Cookie: b.txt", "aSet-Cookie: b.txt"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("..", "file"),
        ("", "file"),
    ],
)
def test_a_dangerous_name_becomes_harmless(given, kept):
    assert safe_name(given) == kept


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("zażółć".encode(), "text/plain"),
        (b"MZ\x00\x01\xff", "application/octet-stream"),
    ],
)
def test_the_content_says_what_a_file_is(content, kind):
    assert media_type(content) == kind
