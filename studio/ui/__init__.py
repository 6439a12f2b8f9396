"""The only package that imports widgets."""
