"""The archive at the other end of xdomea: reads what the town sends, appraises, answers.

Written against the standard, with no code of the town's builders and readers: what both
sides get wrong in the same way would else go unseen.
"""
