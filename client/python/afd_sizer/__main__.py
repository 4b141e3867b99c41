"""`afd-sizer …` and `python -m afd_sizer …`: the program of the wheel, in place of this process."""
import os
import sys

from .service import binary


def main() -> None:
    program = binary()
    os.execv(program, ["afd-sizer", *sys.argv[1:]])


if __name__ == "__main__":
    main()
