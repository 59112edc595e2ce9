"""`python -m meshkit.cli` is `manusmesh`."""

from meshkit.cli import main

main()
