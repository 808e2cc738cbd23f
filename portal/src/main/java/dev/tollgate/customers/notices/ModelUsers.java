package dev.tollgate.customers.notices;

import dev.tollgate.storage.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The accounts that have called models within {@link #WITHIN}. Immutable; {@link #read} blocks. */
public final class ModelUsers {

    /** The time within which an account has used a model. */
    public static final Duration WITHIN = Duration.ofDays(30);

    private static final String CALLS = """
            SELECT u.account_id, account.name, u.model, SUM(u.calls)
            FROM usage_quarter u JOIN account ON account.id = u.account_id
            WHERE u.starts_at >= ? GROUP BY u.account_id, account.name, u.model""";

    private final Map<String, List<User>> byModel;

    /** @param calls of some models */
    public record User(String accountId, String name, long calls) {}

    /** @param model as callers have sent it */
    private record Row(String model, User user) {}

    private ModelUsers(List<Row> rows) {
        byModel = new HashMap<>();
        rows.forEach(row ->
                byModel.computeIfAbsent(row.model(), _ -> new ArrayList<>()).add(row.user()));
    }

    public static ModelUsers read(Database database, Instant now) {
        return new ModelUsers(database.read(sql -> sql.list(
                CALLS,
                row -> new Row(row.getString(3), new User(row.getString(1), row.getString(2), row.getLong(4))),
                now.minus(WITHIN))));
    }

    /** Returns the accounts that called models, those with most calls first. @param names ids and aliases */
    public List<User> of(Collection<String> names) {
        Map<String, User> users = new HashMap<>();
        for (String name : names) {
            for (User user : byModel.getOrDefault(name, List.of())) {
                users.merge(
                        user.accountId(),
                        user,
                        (one, two) -> new User(one.accountId(), one.name(), one.calls() + two.calls()));
            }
        }
        return users.values().stream()
                .sorted(Comparator.comparingLong(User::calls).reversed().thenComparing(User::accountId))
                .toList();
    }
}
