package dev.tollgate.customers.notices;

import dev.tollgate.customers.mail.Letter;
import dev.tollgate.customers.mail.Reader;
import dev.tollgate.customers.roles.MemberSql;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelChange;
import dev.tollgate.models.SoldTo;
import dev.tollgate.storage.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Mails people about changes of the models that their account has used in the last 30 days, each change once. What was mailed is stored in the
 * mail's own commit. Thread-safe; blocks.
 */
public final class ModelNotices {

    public static final Duration EVERY = Duration.ofHours(1);

    private static final Duration USED_WITHIN = Duration.ofDays(30);
    private static final int PEOPLE_MAX = 100;
    private static final int CHARS_MAX = 8_000;

    private static final String ACTIVE = """
            SELECT person.id, account.id, told.fact, %s
            FROM person JOIN member ON member.id = %s JOIN account ON account.id = member.account_id
                LEFT JOIN told ON told.owner = person.id AND told.kind = 'models'
            WHERE person.id > ? AND person.email IS NOT NULL AND person.confirmed_at IS NOT NULL
                AND member.role IN %s AND account.blocked = 0 AND account.last_number_at >= ?
            ORDER BY person.id LIMIT ?""".formatted(Reader.COLUMNS, MemberSql.HOME, MemberSql.SEES_ALL);
    private static final String READERS = """
            SELECT account.id, COUNT(*)
            FROM person JOIN member ON member.id = %s JOIN account ON account.id = member.account_id
            WHERE person.email IS NOT NULL AND person.confirmed_at IS NOT NULL AND member.role IN %s AND account.blocked = 0
            GROUP BY account.id""".formatted(MemberSql.HOME, MemberSql.SEES_ALL);
    private static final String USED =
            "SELECT DISTINCT model FROM usage_quarter WHERE account_id = ? AND starts_at >= ?";

    private final NoticeSender by;
    private final SoldTo sold;
    private final Function<Catalogue, List<ModelChange>> changes;

    /** @param changes of the next 30 days, of models at an account's prices */
    public ModelNotices(NoticeSender by, SoldTo sold, Function<Catalogue, List<ModelChange>> changes) {
        this.by = by;
        this.sold = sold;
        this.changes = changes;
    }

    /** @param told keys of changes, separated by commas; null for none */
    private record Somebody(
            String id,
            String accountId,
            Reader reader,
            @Nullable String told) {}

    /** Returns how many people of each account get such mails. Blocks. */
    public static Map<String, Long> readers(Database database) {
        return database.read(sql -> sql.list(READERS, row -> Map.entry(row.getString(1), row.getLong(2)))).stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Mails the changes that are near and were not mailed yet. */
    public synchronized void sweep() {
        Map<Catalogue, List<ModelChange>> near = new IdentityHashMap<>();
        boolean isNone = near.computeIfAbsent(sold.standard(), changes).isEmpty() && sold.isStandardAlone();
        if (isNone || !by.outbox().isOn()) {
            return;
        }
        Instant now = by.clock().instant();
        Instant since = now.minus(USED_WITHIN);
        by.each(
                PEOPLE_MAX,
                after -> active(after, since),
                Somebody::id,
                somebody -> look(
                        somebody, near.computeIfAbsent(sold.catalogue(somebody.accountId(), now), changes), since));
    }

    private void look(Somebody somebody, List<ModelChange> near, Instant since) {
        Set<String> told =
                somebody.told() == null ? Set.of() : Set.of(somebody.told().split(",", -1));
        List<ModelChange> untold =
                near.stream().filter(change -> !told.contains(change.key())).toList();
        if (untold.isEmpty() || !Letter.canReach(somebody.reader().address())) {
            return;
        }
        Set<String> used = used(somebody.accountId(), since);
        List<ModelChange> due = first(untold.stream().filter(change -> isUsed(change.model(), used)));
        if (due.isEmpty()) {
            return;
        }
        String all = Stream.concat(
                        told.stream().filter(key -> isToKeep(key, near, due)),
                        due.stream().map(ModelChange::key))
                .collect(Collectors.joining(","));
        by.tell(
                NoticeRecord.of(somebody.id(), "models", somebody.told(), all),
                somebody.accountId(),
                () -> List.of(somebody.reader()),
                to -> by.letters()
                        .modelsChange(
                                to, due.stream().map(it -> it.sentence().said()).toList()));
    }

    /** Returns the changes that one mail has room for; the next sweep mails the others. */
    private static List<ModelChange> first(Stream<ModelChange> changes) {
        AtomicInteger chars = new AtomicInteger();
        return changes.takeWhile(
                        change -> chars.addAndGet(change.sentence().english().length()) <= CHARS_MAX)
                .toList();
    }

    /** Returns whether an announced change is to be remembered: it is still to come, or other servers may see it ahead. */
    private boolean isToKeep(String key, List<ModelChange> near, List<ModelChange> due) {
        return ModelChange.isAhead(key, by.clock().instant())
                && (near.stream().anyMatch(change -> change.key().equals(key))
                        || due.stream().noneMatch(change -> change.corrects(key)));
    }

    private static boolean isUsed(Model model, Set<String> used) {
        return used.contains(model.id()) || model.aliases().stream().anyMatch(used::contains);
    }

    private List<Somebody> active(String after, Instant since) {
        return by.list(
                ACTIVE,
                row -> new Somebody(row.getString(1), row.getString(2), Reader.of(row), row.getString(3)),
                after,
                since,
                PEOPLE_MAX);
    }

    private Set<String> used(String accountId, Instant since) {
        return by.database().read(sql -> Set.copyOf(sql.list(USED, row -> row.getString(1), accountId, since)));
    }
}
