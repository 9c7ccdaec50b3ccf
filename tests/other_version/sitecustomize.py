"""Makes every process that is started with this folder in its PYTHONPATH one of another version of kept data
(`patients.kept`), the one that KEPT_VERSION names."""

import os
import re
from pathlib import Path

from patients import kept

_source = Path(kept.__file__).read_text()
_changed, _n = re.subn(
    r"^VERSION = \d+$", f"VERSION = {os.environ['KEPT_VERSION']}", _source, flags=re.MULTILINE
)
assert _n == 1
exec(compile(_changed, kept.__file__, "exec"), kept.__dict__)  # noqa: S102
