#!/usr/bin/env python
"""Django's command line, with the embedded database started when there is no other."""

import sys

from config.cli import main

if __name__ == "__main__":
    main(sys.argv)
