"""Reading what came in: types, text, mail, archives, pages, codes, signatures. No database."""
