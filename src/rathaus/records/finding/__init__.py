"""Search over cases and documents with fields, places and saved questions."""
