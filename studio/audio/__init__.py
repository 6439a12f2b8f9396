"""Arrays of samples: files, mix, peaks, export formats. No Qt, no torch."""
