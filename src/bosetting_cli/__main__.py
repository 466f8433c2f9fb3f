"""`python -m bosetting_cli`."""

from bosetting_cli.cli import main

if __name__ == "__main__":
    main()
