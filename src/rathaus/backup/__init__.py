"""Backup and restore of one town: database and files, consistent, encrypted, checked by restoring.

A folder holds ``keys/`` (the data keys, wrapped), ``objects/`` (the record's write-once files,
once each) and ``snapshots/<time>/`` (database and manifest). Nothing in it can be read without
the passphrase or the private key. A single file is a tar of such a folder with one snapshot.
"""
