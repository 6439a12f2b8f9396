"""Dia Studio: write a script, cast voices, render, mix, export."""

__version__ = "0.1.0"
