package dev.tollgate.customers.notices;

import dev.tollgate.customers.mail.Reader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An operator with a confirmed address. @param fact what a kind of notices has recorded last; null if nothing */
record Operator(
        String id,
        String accountId,
        Reader reader,
        @Nullable String fact) {

    private static final String LIST = """
            SELECT person.id, person.account_id, told.fact, %s
            FROM person JOIN account ON account.id = person.account_id LEFT JOIN told ON told.owner = person.id AND told.kind = ?
            WHERE person.id > ? AND person.role = 'operator' AND person.email IS NOT NULL AND person.confirmed_at IS NOT NULL
            ORDER BY person.id LIMIT ?""".formatted(Reader.COLUMNS);

    /** Returns the next operators after an id. @param kind of notices */
    static List<Operator> list(NoticeSender by, String kind, String after, int most) {
        return by.list(
                LIST,
                row -> new Operator(row.getString(1), row.getString(2), Reader.of(row), row.getString(3)),
                kind,
                after,
                most);
    }
}
