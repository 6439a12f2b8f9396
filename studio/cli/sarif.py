"""Diagnostics as a SARIF 2.1.0 log, which code hosts and editors read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from studio import __version__
from studio.core.lint import RULES, Diagnostic, Fix

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def log(checked: Iterable[tuple[str, tuple[Diagnostic, ...]]]) -> dict[str, Any]:
    """The log of one run over (file, diagnostics) pairs."""
    order = {name: index for index, name in enumerate(RULES)}
    rules = [
        {
            "id": rule.id,
            "shortDescription": {"text": rule.summary},
            "fullDescription": {"text": rule.explanation},
            "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        }
        for rule in RULES.values()
    ]
    driver = {"name": "dia-studio", "version": __version__, "rules": rules}
    results = [_result(file, one, order[one.rule]) for file, found in checked for one in found]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(file: str, one: Diagnostic, rule_index: int) -> dict[str, Any]:
    artifact = {"uri": _uri(file)}
    result: dict[str, Any] = {
        "ruleId": one.rule,
        "ruleIndex": rule_index,
        "level": _LEVELS[one.severity],
        "message": {"text": one.message},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": _region(one)}}],
    }
    if one.fix is not None:
        result["fixes"] = [_fix(one.fix, artifact)]
    return result


def _fix(fix: Fix, artifact: dict[str, str]) -> dict[str, Any]:
    replacements = [{"deletedRegion": _region(edit), "insertedContent": {"text": edit.text}} for edit in fix.edits]
    return {
        "description": {"text": fix.title},
        "artifactChanges": [{"artifactLocation": artifact, "replacements": replacements}],
    }


def _region(place: Any) -> dict[str, int]:
    return {
        "startLine": place.line + 1,
        "startColumn": place.column + 1,
        "endLine": place.end_line + 1,
        "endColumn": place.end_column + 1,
    }


def _uri(file: str) -> str:
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else path.as_posix()
