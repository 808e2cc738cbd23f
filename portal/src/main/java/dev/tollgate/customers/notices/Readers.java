package dev.tollgate.customers.notices;

import dev.tollgate.customers.mail.Letter;
import dev.tollgate.customers.mail.Reader;
import dev.tollgate.storage.Database;
import java.util.List;

/** The people of an account who want its notices. */
public final class Readers {

    private static final int PEOPLE_MAX = 20;

    private static final String WANTED = """
            SELECT %s FROM member JOIN person ON person.id = member.person_id
                JOIN account ON account.id = member.account_id
            WHERE member.account_id = ? AND member.notices = 1
                AND person.email IS NOT NULL AND person.confirmed_at IS NOT NULL""".formatted(Reader.COLUMNS);
    private static final String LIMIT = " ORDER BY member.created_at, member.id LIMIT " + PEOPLE_MAX;

    private static final String OF_OWNER = WANTED + " AND member.left_at IS NULL"
            + " AND (member.role IN ('owner', 'admin') OR member.id = ? OR EXISTS (SELECT 1 FROM team_member tm"
            + " WHERE tm.team_id = ? AND tm.member_id = member.id AND tm.role = 'admin'))" + LIMIT;

    private static final String OF_MEMBERS = WANTED + " AND person.id <> ?"
            + " AND (member.left_at IS NULL AND member.role IN ('owner', 'admin') OR member.id = ?)" + LIMIT;

    private static final String OF_MONEY =
            WANTED + " AND member.left_at IS NULL AND member.role IN ('owner', 'billing')" + LIMIT;

    private Readers() {}

    /**
     * Returns the owners and admins of an account, of a member and of the admins of a team.
     *
     * @param memberId any other text for none; so {@code teamId}
     */
    public static List<Reader> of(Database database, String accountId, String memberId, String teamId) {
        return read(database, OF_OWNER, accountId, memberId, teamId);
    }

    /** Returns the owners and admins of an account and of a member whom a change concerns, except of the person who has made it. */
    static List<Reader> ofChange(Database database, String accountId, String personId, String memberId) {
        return read(database, OF_MEMBERS, accountId, personId, memberId);
    }

    /** Returns the owners of an account and its billing role. */
    static List<Reader> ofMoney(Database database, String accountId) {
        return read(database, OF_MONEY, accountId);
    }

    private static List<Reader> read(Database database, String query, Object... values) {
        return database.read(sql -> sql.list(query, Reader::of, values)).stream()
                .filter(reader -> Letter.canReach(reader.address()))
                .toList();
    }
}
