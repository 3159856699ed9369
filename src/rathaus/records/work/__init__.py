"""Work on what is filed: locks, comments, reminders, co-signing, redaction, sharing, export."""
