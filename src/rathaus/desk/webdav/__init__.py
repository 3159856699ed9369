"""The record as a network drive for staff (WebDAV, RFC 4918): to read, and to write drafts.

`entrance` is the Django view; it knows who comes and loads the rest only then, so that web
processes without WebDAV stay small.
"""
