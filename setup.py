"""What pyproject.toml cannot say: a wheel holds only what the source tree holds now."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class FreshBuild(build_py):
    """Builds into an empty folder.

    Weights have a hash for a name: those of an earlier build would stay and be packed as well.
    """

    def run(self) -> None:
        if not self.editable_mode:
            for package in self.packages or ():
                shutil.rmtree(Path(self.build_lib, *package.split(".")), ignore_errors=True)
        super().run()


setup(cmdclass={"build_py": FreshBuild})
