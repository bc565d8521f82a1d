"""The builder's modules, which PlatformIO finds beside its script, and PlatformIO itself."""

from __future__ import annotations

import sys

from harness.paths import firmware_dir

sys.path.append(str(firmware_dir() / "platform" / "builder"))
