"""`python -m tests.browser.paths HANDOFFS`, with the product's settings: where its pages are.

Opens so many handoffs beside those that the company's history has left.
"""

from __future__ import annotations

import json
import os
import sys

LINKS = 8  # for the tests that sign in


def main() -> None:
    """Print the paths by page name and one-time sign-in links, as JSON."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from tests.browser import examples
    from tests.browser.pages import PAGES

    examples.wait_for_a_person(int(sys.argv[1]))
    found = {
        "paths": {page.name: page.path() for page in PAGES},
        "links": [examples.link() for _ in range(LINKS)],
        "colleague": examples.colleague(),
        "outsider_link": examples.outsider_link(),
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
