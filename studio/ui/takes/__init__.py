"""The takes of a segment: their list, what is asked inline, two of them side by side."""
