"""The door to both doors: no argument, or a project, opens the window; a command goes to the terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run `dia-studio` with these arguments (those of the process by default) and return its exit status."""
    from studio import cli

    return cli.main(sys.argv[1:] if argv is None else argv)


if __name__ == "__main__":
    sys.exit(main())
