"""A mail server of our own (RFC 5321, as far as sending one mail needs it), and what it received."""

from __future__ import annotations

import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Self

ANSWERS = {b"EHLO": b"250 postbox", b"MAIL": b"250 ok", b"RCPT": b"250 ok", b"QUIT": b"221 bye"}


class Postbox:
    """Takes every mail, or answers ``refusal`` to every sender."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refusal = b""
        box = self

        class Talk(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                box.talk(self)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def talk(self, line: socketserver.StreamRequestHandler) -> None:
        """Speak with one client until it leaves."""
        line.wfile.write(b"220 postbox\r\n")
        for said in line.rfile:
            verb = said[:4].upper()
            if verb == b"DATA":
                line.wfile.write(b"354 go on\r\n")
                self._take(line)
            answer = self.refusal if verb == b"MAIL" and self.refusal else ANSWERS.get(verb)
            line.wfile.write((answer or b"250 ok") + b"\r\n")
            if verb == b"QUIT":
                return

    def _take(self, line: socketserver.StreamRequestHandler) -> None:
        body = b""
        for text in line.rfile:
            if text == b".\r\n":
                break
            body += text
        mail = message_from_bytes(body, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
