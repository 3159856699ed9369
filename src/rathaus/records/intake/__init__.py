"""What comes in from everywhere, until it is filed: upload, scan folder, e-mail, print, API."""
