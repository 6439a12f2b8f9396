"""Models of the Hugging Face hub: which are known, where they lie on this machine, and fetching them. Imports no torch."""
