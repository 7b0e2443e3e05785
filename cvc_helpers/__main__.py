"""`python -m cvc_helpers` is `cvc`."""

from cvc_helpers.cli import main

if __name__ == "__main__":
    main()
