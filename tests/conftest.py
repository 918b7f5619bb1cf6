"""What all tests share: drawn examples repeat, so that red stays red. `HYPOTHESIS_PROFILE=search` draws anew."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("repeat", derandomize=True)
settings.register_profile("search", derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))
