package dev.tollgate.verification;

import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Checks that each key has the member and the team with which the organization's log says that it was made, moved, or left by a member. A hidden key, which no
 * log mentions, has a hash of its member. The log of a deleted account says nothing. Returns the wrong keys and the hidden ones.
 */
final class KeyOwnerCheck implements Check {

    // The log's JSON begins with the id, the member and the team. The JSON of a move has only what differs: locks of a
    // member's key end with the move.
    private static final String SQL = """
            WITH owned AS (
                SELECT k.* FROM api_key k JOIN account a ON a.id = k.account_id WHERE a.deleted_at IS NULL),
            told AS MATERIALIZED (
                SELECT account_id, action, subject, before_json, after_json FROM account_log
                WHERE action IN ('key.create', 'key.move', 'member.remove', 'member.leave', 'team.leave')),
            moved AS (
                SELECT k.id, k.account_id, k.member_id, k.team_id, o.id AS former,
                    CASE WHEN k.origin_id IN (k.id, o.id, o.origin_id) THEN k.member_id ELSE 'other' END AS wrong,
                    '{"id":"' || k.id || '"' || CASE WHEN k.team_id IN ('', o.team_id) THEN '' ELSE ',"team":"' || k.team_id || '"' END
                        || '}' AS told,
                    '{"id":"' || o.id || '"' || CASE WHEN o.member_id = '' THEN '' ELSE ',"member":"' || o.member_id || '"' END
                        || CASE WHEN o.team_id IN ('', k.team_id) THEN '' ELSE ',"team":"' || o.team_id || '"' END AS was
                FROM api_key o JOIN owned k ON k.id = o.moved_to)
            SELECT k.id, k.member_id, k.team_id, CASE WHEN k.origin_id IN ('', k.id) THEN k.hash ELSE '' END FROM owned k WHERE k.hidden = 1
            UNION ALL
            SELECT k.id, k.member_id, k.team_id, ''
            FROM owned k LEFT JOIN told l ON l.account_id = k.account_id AND l.subject = k.id AND l.action = 'key.create'
            WHERE k.hidden = 0 AND k.id NOT IN (SELECT moved_to FROM api_key) AND (k.member_id || k.team_id <> '' OR l.subject IS NOT NULL)
                AND (k.origin_id NOT IN ('', k.id) OR COALESCE(l.after_json, '') NOT LIKE
                    '{"id":"' || k.id || '",' || CASE WHEN k.member_id = '' THEN '' ELSE '"member":"' || k.member_id || '",' END
                    || CASE WHEN k.team_id = '' THEN '' ELSE '"team":"' || k.team_id || '",' END || '"prefix":%')
            UNION ALL
            SELECT m.id, m.member_id, m.team_id, ''
            FROM moved m LEFT JOIN told l ON l.account_id = m.account_id AND l.subject = m.former AND l.action = 'key.move'
            WHERE m.wrong <> ''
                OR l.subject IS NOT NULL AND (l.after_json <> m.told OR SUBSTR(l.before_json, 1, LENGTH(m.was) + 3) NOT IN (m.was || '}', m.was || ',"l'))
                OR l.subject IS NULL AND NOT EXISTS (
                    SELECT 1 FROM told g
                    WHERE g.account_id = m.account_id AND g.action IN ('member.remove', 'member.leave', 'team.leave')
                        AND g.after_json LIKE '%"' || m.former || '":"' || m.team_id || '"%')
            ORDER BY 1""";

    private static final String HIDDEN = "hidden ";

    @Override
    public String subject() {
        return "keys";
    }

    @Override
    public String sql(Dialect dialect) {
        return SQL;
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        String member = row.getString(2);
        if (!row.getString(4).equals(Sha256.hex(HIDDEN + member))
                || !row.getString(3).isEmpty()) {
            findings.add("key %s is of member '%s' and of team '%s', the log of its organization says otherwise"
                    .formatted(row.getString(1), member, row.getString(3)));
        }
    }
}
