"""Inference for Dia text-to-dialogue models: tensors, text and audio. Knows nothing of the studio."""
