"""Work on what strangers have written, in child processes that can be killed and are bounded."""
