"""The engine for those who have torch, numpy and safetensors, and nothing else of what the studio needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IMPORT_ALL = """
import importlib, pkgutil, re, sys
from importlib import metadata

def needed(names):
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name not in found:
            found.add(name)
            try:
                waiting += [re.split(r"[^\\w.-]", each)[0] for each in metadata.requires(name) or () if "extra ==" not in each]
            except metadata.PackageNotFoundError:
                pass  # of another system
    return found

ours = needed(["torch", "numpy", "safetensors"])
foreign = {top for top, of in metadata.packages_distributions().items() if not ours & {n.lower().replace("_", "-") for n in of}}
foreign -= {"dia_engine", "_distutils_hack"}

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in foreign:
            raise ModuleNotFoundError(f"{name} is not to be imported")

sys.meta_path.insert(0, Nothing())
import dia_engine
names = [one.name for one in pkgutil.walk_packages(dia_engine.__path__, "dia_engine.")]
for name in names:
    importlib.import_module(name)
assert "soundfile" in foreign, foreign
print(len(names), *sorted(foreign & set(sys.modules)))
"""


@pytest.mark.slow
def test_every_module_is_imported_where_there_is_nothing_but_torch_numpy_and_safetensors() -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0, done.stderr
    modules = len([path for path in (ROOT / "dia_engine").rglob("*.py") if path != ROOT / "dia_engine" / "__init__.py"])
    assert done.stdout.split() == [str(modules)]
