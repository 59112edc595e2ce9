"""Reads posts out of documents that strangers have written; runs in a child process alone.

Every module here takes hostile input: what it may cost is bounded by the child's memory and time,
and by the bounds in `post.py`. None imports anything of the mesh.
"""
