"""Speech engines behind one protocol (`studio.core.render`), and the registry that names them. Importing this is cheap."""

from __future__ import annotations

from studio.engines.info import EngineInfo
from studio.engines.registry import available, build, choose

__all__ = ["EngineInfo", "available", "build", "choose"]
