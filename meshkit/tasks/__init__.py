"""Tasks in Redis: the record and its events, the queue, and the writes of whoever holds a task."""
