"""Voices in the window: the inspector's tab, and the dialogs in which voices are made and compared."""
