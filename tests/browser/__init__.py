"""The product in a real browser: every page looked at, and what people do on them.

`pages.py` lists the pages, `acts.py` has what people do. A new page is one line in the list.
"""
