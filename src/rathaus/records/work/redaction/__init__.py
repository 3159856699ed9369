"""Hiding parts of a document so that they are really gone: pages become pictures."""
