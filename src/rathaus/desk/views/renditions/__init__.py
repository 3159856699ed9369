"""The page of a document, its pictures and text; the queue of renditions for operators."""
