"""Dia-1.6B, both generations: its sizes and its network."""
