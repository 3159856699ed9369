"""The process that opens foreign files: no Django, no database, no keys, limits on everything.

Readers of PDF and pictures are large programs in C that hostile files make crash, hang or fill
the memory. So they run here, are killed when they take too long, and only answer in JSON and
bytes: nothing of an answer is ever executed by the process that asked.
"""
