-- One tenant's documents. user_version of the database is the version of this schema and of words.py.
CREATE TABLE state (generation TEXT NOT NULL);
INSERT INTO state VALUES ('');

-- Chunks of a document have consecutive numbers from first_chunk on. The vectors, float16, little-endian, one row a
-- chunk, come last: whoever reads the rest does not read them.
CREATE TABLE documents (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    source_url TEXT NOT NULL,
    content_type TEXT NOT NULL,
    chunks INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    first_chunk INTEGER NOT NULL,
    vectors BLOB NOT NULL
);

CREATE TABLE chunks (
    number INTEGER PRIMARY KEY,
    document INTEGER NOT NULL,
    text TEXT NOT NULL
);
