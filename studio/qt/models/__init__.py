"""Thin item models over core values."""
