"""The files that show a report in a browser: pdf.js as its package has it, and our own two (rule EHR-212).

The package's Python is never imported: it is a widget for desktop programs.
"""

import gzip
import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_OWN = Path(__file__).resolve().parent.parent / "viewer"
_TYPES = {
    ".mjs": "text/javascript; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".ftl": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".gif": "image/gif",
    ".wasm": "application/wasm",
    ".bcmap": "application/octet-stream",
    ".icc": "application/vnd.iccprofile",
    ".pfb": "application/x-font-type1",
    ".ttf": "font/ttf",
}
_COMPRESSED = {".mjs", ".js", ".css", ".json", ".ftl", ".svg"}
# For developers of pdf.js, and for scripts inside of documents, which are not run.
_LEFT_OUT = {"web/debugger.mjs", "web/debugger.css", "build/pdf.sandbox.mjs"}
_BODY = '<body tabindex="0">'


@cache
def package() -> Path:
    """The folder of pdf.js. Raises RuntimeError where its package is not installed."""
    spec = find_spec("pdfjs_viewer")
    if spec is None or spec.origin is None:
        msg = "the package with pdf.js is not installed"
        raise RuntimeError(msg)
    return Path(spec.origin).parent / "pdfjs"


@cache
def version() -> str:
    """Names this set of files, so that browsers can keep them for as long as they like."""
    digest = hashlib.sha256()
    for path in sorted(_own()):
        digest.update(path.read_bytes())
    return f"{(package() / 'VERSION').read_text().strip()}-{digest.hexdigest()[:8]}"


@cache
def names() -> dict[str, Path]:
    """Every file that is served, by its name in addresses."""
    served = {path.name: path for path in _own()}
    for folder in ("build", "web"):
        for path in (package() / folder).rglob("*"):
            name = path.relative_to(package()).as_posix()
            if path.suffix in _TYPES and name not in _LEFT_OUT:
                served[name] = path
    return served


def _own() -> list[Path]:
    return [path for path in _OWN.iterdir() if path.suffix in _TYPES]


def content_type(name: str) -> str:
    return _TYPES[names()[name].suffix]


def content(name: str) -> bytes:
    return names()[name].read_bytes()


def is_compressed(name: str) -> bool:
    return names()[name].suffix in _COMPRESSED


@cache
def compressed(name: str) -> bytes:
    return gzip.compress(content(name), mtime=0)


@cache
def body() -> str:
    """What pdf.js's own page has in its body: toolbar, dialogs, and the place of the document."""
    page = (package() / "web" / "viewer.html").read_text(encoding="utf-8")
    return page.partition(_BODY)[2].rpartition("</body>")[0]
