"""The photo stream as a sequence: a recurrent network that foresees what comes, and one that finds where events end.

``compress`` makes long vectors short; ``context`` learns without labels what follows what; ``boundary`` learns from
labelled gaps; ``cells`` and ``training`` are what both share; ``scores`` judges. Arrays in, arrays out.
"""
