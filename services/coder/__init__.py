"""The coder agent: makes artifacts and checks them."""
