"""The language of the product: script, lint, segments, timeline, edits. Standard library and PyYAML only."""
