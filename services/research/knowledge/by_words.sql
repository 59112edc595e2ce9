-- BM25 as SQLite's FTS5 has it (k1 = 1.2, b = 0.75): $1 tenant, $2 terms, $3 how many, $4 weight of a title's word, $5 all
-- terms as a tsquery, by which the index is asked. A term of several words is a phrase, and counts once a chunk.
WITH terms AS MATERIALIZED (
    SELECT ordinality AS term, phraseto_tsquery('english', given) AS query,
        tsvector_to_array(to_tsvector('english', given)) AS lexemes
    FROM unnest($2::text[]) WITH ORDINALITY AS asked (given, ordinality)
),
whole AS MATERIALIZED (
    SELECT count(*)::float8 AS chunks, avg(length)::float8 AS length
    FROM knowledge_chunks WHERE tenant_id = $1
),
hits AS MATERIALIZED (
    SELECT number, length, words FROM knowledge_chunks
    WHERE tenant_id = $1 AND words @@ (quote_literal($1)::tsquery && to_tsquery('english', $5))
        AND numnode(to_tsquery('english', $5)) > 0
),
matched AS MATERIALIZED (
    SELECT terms.term, hits.number, hits.length,
        (SELECT sum(CASE weight WHEN 'B' THEN $4::float8 ELSE 1 END)
        FROM unnest(word.weights) AS weight) AS times
    FROM hits, unnest(hits.words) AS word
    JOIN terms ON cardinality(terms.lexemes) = 1 AND terms.lexemes[1] = word.lexeme
    UNION ALL
    SELECT terms.term, hits.number, hits.length, 1
    FROM hits JOIN terms ON cardinality(terms.lexemes) > 1 AND hits.words @@ terms.query
),
rarity AS MATERIALIZED (
    SELECT term, greatest(ln((whole.chunks - count(*) + 0.5) / (count(*) + 0.5)), 1e-6) AS idf
    FROM matched, whole GROUP BY term, whole.chunks
)
SELECT number
FROM matched JOIN rarity USING (term), whole
GROUP BY number
ORDER BY sum(idf * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * matched.length / whole.length))) DESC,
    number
LIMIT $3
