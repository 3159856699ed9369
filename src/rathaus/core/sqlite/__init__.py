"""Django's SQLite backend, with a fairer queue of writers."""
