"""xdomea, the German standard for the exchange of records between authorities and archives.

Messages are built by hand-written builders, one function per element of the standard, and
read without trust. The schemas of KoSIT are no part of the program; the tests hold every
message against them.
"""
