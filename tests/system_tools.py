"""What the tests need beside Python packages: Chromium, a CJK font, Java 17; installed where we may."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def browser_path() -> str | None:
    """Chromium or Chrome, if there is one."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def has_cjk_font() -> bool:
    """Whether a Chinese label would be drawn."""
    if not shutil.which("fc-list"):
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False).stdout.strip())


def has_java() -> bool:
    """Whether a Java runtime of version 17 or newer answers."""
    if not shutil.which("java"):
        return False
    words = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr.split('"')
    return len(words) > 1 and words[1].split(".")[0].isdigit() and int(words[1].split(".")[0]) >= 17


# Name, whether it is there, its Debian package, and the tests that need it.
NEEDS: tuple[tuple[str, Callable[[], object], str, str], ...] = (
    ("Chromium", browser_path, "chromium", "browser"),
    ("a CJK font", has_cjk_font, "fonts-noto-cjk", "browser"),
    ("Java 17", has_java, "openjdk-17-jre-headless", "spark"),
)


def missing(mark: str | None = None) -> list[str]:
    """Names of what is not there, for all tests or for those with one mark."""
    return [name for name, found, _, needed_by in NEEDS if mark in (None, needed_by) and not found()]


def main() -> int:
    """Install what is missing if we may; report the rest; fail under CI=true."""
    packages = [package for name, _, package, _ in NEEDS if name in missing()]
    if packages and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {', '.join(packages)} ...", flush=True)
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-qq", "--yes", "--no-install-recommends", *packages], check=False)
    if left := missing():
        print(
            f"*** MISSING: {', '.join(left)}. Tests that need it are SKIPPED; install it to run them. ***", flush=True
        )
    return int(bool(left) and os.environ.get("CI") == "true")


if __name__ == "__main__":
    sys.exit(main())
