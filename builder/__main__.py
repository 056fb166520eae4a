"""``python -m builder``: see :mod:`.cli`."""

import sys

try:
    from .cli import main
except KeyboardInterrupt:  # Ctrl-C while the libraries load: nothing has begun
    sys.exit(130)

if __name__ == "__main__":
    sys.exit(main())
