"""Puts the executed cases into the wheel, so that `cvc` works without the repository."""

from pathlib import Path
from shutil import copy2

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent


class BuildWithCases(build_py):
    """Copies `cases/` into the package."""

    def run(self) -> None:
        """Build as usual, then add the notebooks and their Chinese prose."""
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / "cvc_helpers" / "cases"
        target.mkdir(parents=True, exist_ok=True)
        catalogues = HERE / "locale" / "zh_CN" / "LC_MESSAGES" / "cases"
        for path in sorted([*(HERE / "cases").glob("*.ipynb"), *catalogues.glob("*.po")]):
            copy2(path, target)


setup(cmdclass={"build_py": BuildWithCases})
