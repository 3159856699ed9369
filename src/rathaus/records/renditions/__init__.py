"""Other shapes of a document for reading: text layer, PDF/A, preview. The original counts."""
