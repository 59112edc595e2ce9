-- All tenants' documents. Statements of one version; postgres.py makes them once, and CREATE EXTENSION before them.
CREATE TABLE IF NOT EXISTS knowledge_documents (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id text NOT NULL,
    id text NOT NULL,
    title text NOT NULL,
    source_url text NOT NULL,
    content_type text NOT NULL,
    chunks integer NOT NULL,
    created_ms bigint NOT NULL,
    UNIQUE (tenant_id, id)
);

CREATE INDEX IF NOT EXISTS knowledge_documents_newest ON knowledge_documents (tenant_id, number DESC);

-- length is in words, those of the title included. In words, those of the title have weight B, and the tenant is a word
-- too, which no text can hold: so the index finds one tenant's chunks.
CREATE TABLE IF NOT EXISTS knowledge_chunks (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    document bigint NOT NULL REFERENCES knowledge_documents ON DELETE CASCADE,
    tenant_id text NOT NULL,
    text text NOT NULL,
    length integer NOT NULL,
    words tsvector NOT NULL,
    vector vector(256) NOT NULL
);

-- In the row itself: a search reads all vectors of a tenant, and one stored aside costs ten times as much to read.
ALTER TABLE knowledge_chunks ALTER COLUMN vector SET STORAGE PLAIN;

CREATE INDEX IF NOT EXISTS knowledge_chunks_document ON knowledge_chunks (document);
CREATE INDEX IF NOT EXISTS knowledge_chunks_tenant ON knowledge_chunks (tenant_id, number);
CREATE INDEX IF NOT EXISTS knowledge_chunks_words ON knowledge_chunks USING gin (words) WITH (fastupdate = off)
