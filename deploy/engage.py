"""Where the command `engage` begins. A selection must not wait for services to be loaded."""

import sys


def main() -> int:
    if sys.argv[1:2] == ["select"]:
        from services.fairness_taskforce.selection import command  # noqa: PLC0415

        return command.main(sys.argv[2:])
    from deploy import cli  # noqa: PLC0415

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
