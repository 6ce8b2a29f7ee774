"""Who must be told what: messages that follow from facts, each exactly once.

A notice is written from its fact and sent later by a task; its id is the provider's idempotency
key, so a repeat can be recognised. Its words are made by the web when it is sent.

Why a package: ``telling`` turns facts into messages, ``outbox`` keeps them until they have left.
"""

from __future__ import annotations

from dispatch.notices.outbox import Recipient, due, failed, reach, resend, sent, tell
from dispatch.notices.tables import Notice, NoticeChannel, Topic
from dispatch.notices.telling import remind, tell_facts

__all__ = [
    "Notice",
    "NoticeChannel",
    "Recipient",
    "Topic",
    "due",
    "failed",
    "reach",
    "remind",
    "resend",
    "sent",
    "tell",
    "tell_facts",
]
