"""Words against documents: where the quotations of a text stand, and whether the citations of an old answer hold.

    quotations.py   a text -> its quotations
    folding.py      a text without what tells two ways of typing it apart, and the way back to its offsets
    near.py         where nearly the same words stand, by runs of three words
    finding.py      quotations and documents -> what stands where
    told.py         that as a table and as JSON; page.py: as a page
    verifying.py    an old answer against today's documents

It knows nothing of questions, models and indexes by meaning: it compares letters.
"""
