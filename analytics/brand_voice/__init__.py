"""A brand's voice: what its posts share, and how well another text fits them."""
