"""The demo's worker: the product's own, with the provider that reports deliveries beside it."""

from __future__ import annotations

import os


def main() -> None:
    """Run until SIGTERM."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    import followthrough.demo.provider  # noqa: F401  (registers its duty)
    from config import worker

    worker.main()


if __name__ == "__main__":
    main()
