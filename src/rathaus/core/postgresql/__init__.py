"""Django's PostgreSQL backend, with statements that are planned once and of any length."""
