package dev.tollgate.verification;

import java.util.List;

/** Finds rows of jobs, batches and their lines that belong to nothing, or that their calls contradict (J41). */
final class StrayJobs {

    private StrayJobs() {}

    static final List<Check> ALL = List.of(
            // A job ends in the unit that charges its call, which names it as its request; a batch grows with each of
            // its
            // calls. A try that was lost with its server names nothing.
            new StrayRows("jobs", "job %s of account %s has charged %s micro-credits, its calls %s", """
            SELECT j.id, j.account_id, j.charged_micros, COALESCE(c.micros, 0) FROM job j LEFT JOIN (
                SELECT account_id, kind, id, SUM(charged_micros) AS micros FROM (
                    SELECT account_id, charged_micros, 'response' AS kind, SUBSTR(request_id, 6) AS id FROM call
                    WHERE request_id LIKE 'resp@_%' ESCAPE '@'
                    UNION ALL SELECT account_id, charged_micros, 'interaction', SUBSTR(request_id, 4) FROM call
                    WHERE request_id LIKE 'v1@_%' ESCAPE '@'
                    UNION ALL SELECT account_id, charged_micros, 'batch', SUBSTR(request_id, 7, 31) FROM call
                    WHERE request_id LIKE 'batch@_%' ESCAPE '@') AS o
                GROUP BY account_id, kind, id) c ON c.account_id = j.account_id AND c.kind = j.kind AND c.id = SUBSTR(j.id, 10)
            WHERE j.charged_micros <> COALESCE(c.micros, 0)
            ORDER BY j.id"""),
            new StrayRows("jobs", "%s calls of account %s were charged for one job or line, %s", """
            SELECT COUNT(*), c.account_id, c.request_id FROM call c
            WHERE (c.request_id LIKE 'resp@_%' ESCAPE '@' OR c.request_id LIKE 'v1@_%' ESCAPE '@' OR c.request_id LIKE 'batch@_%' ESCAPE '@') AND c.charged_micros > 0
            GROUP BY c.account_id, c.request_id HAVING COUNT(*) > 1
            ORDER BY c.account_id, c.request_id"""),
            new StrayRows(
                    "jobs", "line %s of batch %s is %s with status %s, its batch and its call are not: %s, %s", """
            SELECT l.line, j.id, l.state, COALESCE(l.status, 0), j.state, COALESCE(c.ending, 'none')
            FROM job_line l JOIN job j ON j.id = l.job_id AND j.kind = 'batch'
                LEFT JOIN call c ON c.id = l.call_id AND c.account_id = j.account_id AND c.price IS NOT NULL
                    AND c.request_id = 'batch_' || SUBSTR(j.id, 10) || '/' || l.line
            WHERE l.line > 0 AND CASE WHEN l.state = 'ended' THEN CASE WHEN l.status = 200 THEN CASE WHEN c.id IS NULL THEN 1 ELSE 0 END
                    WHEN l.status IS NULL OR l.status < 400 OR l.call_id IS NOT NULL THEN 1 ELSE 0 END
                WHEN l.status IS NOT NULL OR c.id IS NOT NULL OR l.state = 'running' AND j.state <> 'open' THEN 1
                ELSE 0 END = 1
            ORDER BY j.id, l.line"""),
            new StrayRows("jobs", "batch %s counts %s answers, %s errors and %s bytes, its lines %s, %s and %s", """
            SELECT j.id, b.completed, b.failed, j.sealed_bytes, l.answers, l.errors, l.bytes FROM job j JOIN batch b ON b.job_id = j.id
                JOIN (SELECT job_id, COUNT(CASE WHEN state = 'ended' AND status = 200 THEN 1 END) AS answers,
                    COUNT(CASE WHEN state = 'ended' AND status <> 200 THEN 1 END) AS errors, SUM(COALESCE(LENGTH(sealed), 0)) AS bytes,
                    COUNT(CASE WHEN sealed IS NULL AND (state = 'ended' OR line = 0) THEN 1 END) AS lost
                    FROM job_line GROUP BY job_id) l ON l.job_id = j.id
            WHERE b.completed <> l.answers OR b.failed <> l.errors OR b.completed + b.failed > b.lines
                OR (j.sealed_bytes < l.bytes OR j.sealed_bytes > l.bytes AND l.lost = 0) AND (b.results_until > 0 OR b.output_bytes + b.error_bytes = 0)
            ORDER BY j.id"""),
            new StrayRows("jobs", "job %s is %s, and has a row of a batch: %s", """
            SELECT j.id, j.kind, CASE WHEN b.job_id IS NULL THEN 'no' ELSE 'yes' END FROM job j LEFT JOIN batch b ON b.job_id = j.id
            WHERE (j.kind = 'batch') <> (b.job_id IS NOT NULL) AND NOT (j.kind = 'batch' AND j.state <> 'open')
            UNION ALL
            SELECT b.job_id, 'gone', 'yes' FROM batch b WHERE NOT EXISTS (SELECT 1 FROM job j WHERE j.id = b.job_id)
            ORDER BY 1"""),
            new StrayRows("jobs", "job %s of account %s is %s since %s, its line and its call are not: %s, %s", """
            SELECT j.id, j.account_id, j.state, COALESCE(j.ended_at, 0), COALESCE(l.state, 'none'), COALESCE(c.ending, 'none')
            FROM job j LEFT JOIN job_line l ON l.job_id = j.id AND l.line = 1
                LEFT JOIN call c ON c.id = l.call_id AND c.account_id = j.account_id
                    AND c.request_id = CASE j.kind WHEN 'interaction' THEN 'v1_' ELSE 'resp_' END || SUBSTR(j.id, 10)
            WHERE j.kind <> 'batch' AND CASE WHEN l.state = 'ended' THEN
                CASE WHEN c.id IS NULL OR c.price IS NULL OR c.ended_at <> j.ended_at THEN 1
                    WHEN j.state = 'cancelled' THEN 0
                    WHEN j.state IN ('completed', 'incomplete') OR j.state = 'requires_action' AND j.kind = 'interaction' THEN CASE WHEN c.ending IN ('completed', 'cut') THEN 0 ELSE 1 END
                    ELSE 1 END
                WHEN j.state IN ('completed', 'incomplete', 'requires_action') OR l.state = 'running' AND j.state <> 'open' THEN 1
                ELSE 0 END = 1
            ORDER BY j.id"""),
            new StrayRows("jobs", "the call %s of job %s is another account's, or none", """
            SELECT l.call_id, j.id FROM job j JOIN job_line l ON l.job_id = j.id AND l.state = 'waiting'
            WHERE l.call_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM open_hold h WHERE h.id = l.call_id AND h.account_id = j.account_id)
                AND NOT EXISTS (SELECT 1 FROM call c WHERE c.id = l.call_id AND c.account_id = j.account_id AND c.price IS NULL
                    AND (c.ending = 'abandoned' OR c.request_id IN ('resp_' || SUBSTR(j.id, 10), 'v1_' || SUBSTR(j.id, 10), 'batch_' || SUBSTR(j.id, 10) || '/' || l.line)))
            UNION ALL
            SELECT l.call_id, j.id FROM job j JOIN job_line l ON l.job_id = j.id AND l.state = 'running'
            WHERE EXISTS (SELECT 1 FROM open_hold h WHERE h.id = l.call_id AND h.account_id <> j.account_id)
                OR EXISTS (SELECT 1 FROM call c WHERE c.id = l.call_id AND (c.account_id <> j.account_id OR c.price IS NOT NULL))
            ORDER BY 2"""),
            new StrayRows("jobs", "job %s has other times than a job: accepted %s, until %s, kept until %s", """
            SELECT j.id, j.created_at, j.deadline, j.gone_at FROM job j
            WHERE j.deadline <> j.created_at + 86400000 OR (j.state = 'open') <> (j.ended_at IS NULL)
                OR j.gone_at NOT IN (0, COALESCE(j.ended_at, j.deadline) + 2592000000) AND j.gone_at <> COALESCE(j.ended_at, 0) + 259200000
                OR j.gone_at < j.ended_at + 2592000000 AND j.gone_at > 0 AND j.charged_micros > 0
            ORDER BY j.id"""),
            // A job's request is deleted once its response is kept; until then it is the only copy.
            new StrayRows("jobs", "job %s is %s, and its request has %s bytes instead of %s", """
            SELECT j.id, j.state, COALESCE(LENGTH(l.sealed), 0), j.sealed_bytes FROM job j LEFT JOIN job_line l ON l.job_id = j.id AND l.line = 0
            WHERE j.kind <> 'batch' AND CASE WHEN l.job_id IS NULL THEN CASE WHEN j.gone_at = 0 OR j.state IN ('completed', 'incomplete', 'requires_action') THEN 0 ELSE 1 END
                WHEN j.state IN ('completed', 'incomplete', 'requires_action') THEN 1
                WHEN l.sealed IS NULL OR LENGTH(l.sealed) = j.sealed_bytes THEN 0
                ELSE 1 END = 1
            ORDER BY j.id"""),
            new StrayRows("jobs", "line %s of job %s is %s, which belongs to no job or is no state of it", """
            SELECT l.line, l.job_id, l.state FROM job_line l
            WHERE NOT EXISTS (SELECT 1 FROM job j WHERE j.id = l.job_id AND (l.line <= 1 OR j.kind = 'batch')) OR (l.line = 0) <> (l.state = 'kept')
                OR l.line = 0 AND l.call_id IS NOT NULL
            ORDER BY l.job_id, l.line"""),
            new StrayRows("jobs", "job %s of account %s and owner '%s' belongs to no key of theirs", """
            SELECT j.id, j.account_id, j.owner FROM job j
            WHERE NOT EXISTS (SELECT 1 FROM api_key a WHERE a.account_id = j.account_id AND j.origin_id IN (a.id, a.origin_id)
                AND j.owner = CASE WHEN a.member_id = '' THEN a.team_id ELSE a.member_id END)
            ORDER BY j.id"""),
            new StrayRows("jobs", "response %s is kept for call %s, and its job has made it with another", """
            SELECT k.id, k.call_id FROM kept_response k JOIN job j ON j.id = k.id
            WHERE NOT EXISTS (SELECT 1 FROM job_line l WHERE l.job_id = j.id AND l.line = 1 AND l.state = 'ended'
                AND l.call_id = k.call_id AND j.account_id = k.account_id)
            ORDER BY k.id"""));
}
