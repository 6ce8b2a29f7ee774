"""The secret key of an installation, which signs sessions and links."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def kept(instance: Path) -> str:
    """Read the instance's secret, or make it. Two processes that start together agree on one."""
    path = instance / "secret_key"
    if not path.exists():
        instance.mkdir(parents=True, exist_ok=True)
        draft = instance / f"secret_key.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48), encoding="ascii")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()
