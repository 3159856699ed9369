"""Pages of the work on what is filed: tasks, comments, runs, redaction, sharing, packages."""
