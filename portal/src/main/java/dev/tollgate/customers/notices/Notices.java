package dev.tollgate.customers.notices;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Amount;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.allowances.Allowances.Allowance;
import dev.tollgate.books.allowances.Allowances.Use;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.budgets.SpendWindow.WindowUse;
import dev.tollgate.books.grants.CreditGrant;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.customers.mail.Letter;
import dev.tollgate.customers.mail.Letters;
import dev.tollgate.customers.mail.Reader;
import dev.tollgate.customers.notices.NoticeRecord.AccountEvent;
import dev.tollgate.customers.notices.NoticeRecord.Fact;
import dev.tollgate.customers.roles.MemberSql;
import dev.tollgate.customers.webhooks.WebhookEvent;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.Keys;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds due notices and sends each once. Thread-safe; blocks. */
public final class Notices {

    public static final Duration EVERY = Duration.ofSeconds(30);

    private static final int PEOPLE_MAX = 200;
    private static final int MAILS_MAX = 5;
    private static final int MAILS_DAY = 20;
    private static final long NEAR = 80;
    private static final String BALANCE = "balance";

    /** A sequence that no account has: a person stored with it is checked again. */
    private static final long LOOK_AGAIN = -1;

    private static final String CHANGED =
            """
            SELECT person.id, account.id AS account_id, %s, person.confirmed_at, person.balance_line, person.key_notices,
                person.version, account.balance_micros + account.reserved_micros - %s AS left_micros, account.last_number,
                told.fact
            FROM person JOIN member ON member.id = %s JOIN account ON account.id = member.account_id
                LEFT JOIN told ON told.owner = person.id AND told.kind = 'limits'
            WHERE person.id > ? AND member.role IN %s
                AND (told.fact IS NULL OR told.fact NOT LIKE (person.version || ' ' || account.last_number || ' %%'))
            ORDER BY person.id LIMIT ?""".formatted(Reader.COLUMNS, CreditGrant.AHEAD, MemberSql.HOME, MemberSql.SEES_ALL);

    private final NoticeSender by;
    private final Ledger ledger;
    private final Keys keys;
    private final Allowances allowances;

    /** The start of the next sweep; used by one sweep at a time. */
    private String after = "";

    public Notices(NoticeSender by, Ledger ledger, Keys keys, Allowances allowances) {
        this.by = by;
        this.ledger = ledger;
        this.keys = keys;
        this.allowances = allowances;
    }

    /**
     * @param leftMicros balance including the holds of running calls: most of a hold is released before the mail is read. Without grants that have not begun
     * @param told as stored: a version, a sequence and the names of the notices that were sent; null for none
     */
    private record Somebody(
            String id,
            String accountId,
            @Nullable Reader reader,
            @Nullable Long line,
            boolean keyNotices,
            long version,
            long leftMicros,
            long sequence,
            @Nullable String told) {

        /** Returns the names of the notices that were sent. */
        Set<String> sentNames() {
            return told == null ? Set.of() : Set.of(told.split(" ", 3)[2].split(","));
        }
    }

    /**
     * A notice that applies.
     *
     * @param name as stored, without a comma
     * @param letter null if the person cannot be reached, or if another letter covers the notice
     */
    private record Item(String name, @Nullable Letter letter) {}

    /** Checks up to {@value #PEOPLE_MAX} people whose account or preferences have changed. */
    public synchronized void sweep() {
        List<Somebody> changed = changed();
        for (Somebody somebody : changed) {
            look(somebody);
        }
        after = changed.size() < PEOPLE_MAX ? "" : changed.getLast().id();
    }

    private List<Somebody> changed() {
        return by.list(CHANGED, Notices::somebody, by.clock().instant(), after, PEOPLE_MAX);
    }

    private static Somebody somebody(ResultSet row) throws SQLException {
        return new Somebody(
                row.getString("id"),
                row.getString("account_id"),
                Columns.numberOrNull(row, "confirmed_at") == null || row.getString("email") == null
                        ? null
                        : Reader.of(row),
                Columns.numberOrNull(row, "balance_line"),
                Columns.flag(row, "key_notices"),
                row.getLong("version"),
                row.getLong("left_micros"),
                row.getLong("last_number"),
                row.getString("fact"));
    }

    /** Mails due notices and stores them as sent. The others wait until the person can be reached or the outbox has room. */
    private void look(Somebody somebody) {
        Set<String> told = somebody.sentNames();
        List<Allowance> allowed = List.of(allowances.of("mails.notices", somebody.id(), MAILS_DAY, Duration.ofDays(1)));
        Reader to = allowances.wait(allowed).isZero() ? writable(somebody) : null;
        List<Item> items = items(somebody, to).stream()
                .filter(item -> to != null || told.contains(item.name()))
                .toList();
        List<Item> due = items.stream()
                .filter(item -> item.letter() != null && !told.contains(item.name()))
                .toList();
        List<Item> later = due.stream().skip(MAILS_MAX).toList();
        String fact = fact(somebody, names(items, later), later.isEmpty());
        NoticeRecord noted = noted(somebody, somebody.told(), fact);
        Map<Item, Decision<Boolean>> mails = new LinkedHashMap<>();
        List<Use> uses = new ArrayList<>();
        for (Item item : due.subList(0, due.size() - later.size())) {
            Use use = allowances.using(allowed);
            uses.add(use);
            mails.put(
                    item,
                    by.outbox()
                            .queue(
                                    somebody.accountId(),
                                    Objects.requireNonNull(item.letter()),
                                    () -> noted.outcome() && use.isAllowed()));
        }
        List<Change> changes = new ArrayList<>(List.of(noted));
        changes.addAll(uses);
        changes.addAll(mails.values());
        by.writer().commitAndWait(Unit.of(changes));
        if (noted.outcome() && !mails.values().stream().allMatch(Decision::outcome)) {
            List<Item> left = new ArrayList<>(later);
            mails.forEach((item, mail) -> {
                if (!mail.outcome()) {
                    left.add(item);
                }
            });
            by.writer().commitAndWait(Unit.of(noted(somebody, fact, fact(somebody, names(items, left), false))));
        }
    }

    private static String fact(Somebody somebody, String names, boolean isAll) {
        return somebody.version() + " " + (isAll ? somebody.sequence() : LOOK_AGAIN) + " " + names;
    }

    /** Makes the write. A balance below the person's line is an event of the account, once a day for each line. */
    private NoticeRecord noted(Somebody somebody, @Nullable String before, String fact) {
        Long line = somebody.line();
        AccountEvent low = null;
        if (line != null && somebody.leftMicros() < line) {
            Instant now = by.clock().instant();
            String day = now.truncatedTo(ChronoUnit.DAYS).toString().substring(0, 10);
            low = new AccountEvent(
                    somebody.accountId(),
                    "balance_" + line + "_" + day,
                    WebhookEvent.BALANCE_LOW,
                    now,
                    WebhookEvent.ofBalance(somebody.leftMicros(), line));
        }
        return new NoticeRecord(List.of(new Fact(somebody.id(), "limits", "", before, fact, low)));
    }

    private static String names(List<Item> items, List<Item> without) {
        return items.stream()
                .filter(item -> !without.contains(item))
                .map(Item::name)
                .collect(Collectors.joining(","));
    }

    private List<Item> items(Somebody somebody, @Nullable Reader to) {
        List<Item> items = new ArrayList<>();
        Long line = somebody.line();
        if (line != null && somebody.leftMicros() < line) {
            Letter letter = to == null
                    ? null
                    : by.letters().to(to, address -> by.letters()
                            .balanceBelow(address, new Amount(somebody.leftMicros()), new Amount(line)));
            items.add(new Item(BALANCE, letter));
        }
        if (somebody.keyNotices()) {
            addKeys(somebody, to, items);
        }
        return items;
    }

    private @Nullable Reader writable(Somebody somebody) {
        Reader reader = somebody.reader();
        return by.outbox().isOn() && reader != null && Letter.canReach(reader.address()) ? reader : null;
    }

    private void addKeys(Somebody somebody, @Nullable Reader to, List<Item> items) {
        List<Key> limited = keys.list(somebody.accountId(), null, Keys.PAGE_MAX).stream()
                .filter(key -> !key.settings().spend().unlimited())
                .toList();
        if (limited.isEmpty()) {
            return;
        }
        Instant now = by.clock().instant();
        Map<String, Map<SpendWindow, WindowUse>> uses = ledger.windows(
                somebody.accountId(), limited.stream().map(Key::id).toList(), now);
        for (Key key : limited) {
            Map<SpendWindow, WindowUse> of = uses.getOrDefault(key.id(), Map.of());
            for (SpendWindow window : SpendWindow.OF_LIMITS) {
                add(
                        to,
                        key,
                        window,
                        of.getOrDefault(window, WindowUse.NONE).chargedMicros(), // as above
                        now,
                        items);
            }
        }
    }

    private void add(@Nullable Reader to, Key key, SpendWindow window, long used, Instant now, List<Item> items) {
        Long limit = key.settings().spend().in(window);
        if (limit == null || used < limit - limit / 100 * (100 - NEAR)) {
            return;
        }
        Instant end = window.endsAt(now);
        String name = key.id() + "/" + window.code() + "/" + (end == null ? 0 : end.toEpochMilli());
        boolean isAll = used >= limit;
        Sentence words = words(window, key.settings().name(), new Amount(used), new Amount(limit));
        Letter letter =
                to == null ? null : by.letters().to(to, address -> by.letters().keyNear(address, words, isAll));
        // At the limit the notice of 80 % counts as sent: one mail covers both.
        items.add(new Item(name + "/80", isAll ? null : letter));
        if (isAll) {
            items.add(new Item(name + "/100", letter));
        }
    }

    /** Returns how much of a key's limit is used. */
    private static Sentence words(SpendWindow window, String key, Amount used, Amount limit) {
        String name = Letter.inLine(key, Letters.NAME_CHARS_MAX);
        return switch (window) {
            case HOUR ->
                sentence(
                        "The key '{key}' has used {used} of {limit} credits, its spend limit for this hour.",
                        name,
                        used,
                        limit);
            case DAY ->
                sentence(
                        "The key '{key}' has used {used} of {limit} credits, its spend limit for this day.",
                        name,
                        used,
                        limit);
            case WEEK ->
                sentence(
                        "The key '{key}' has used {used} of {limit} credits, its spend limit for this week.",
                        name,
                        used,
                        limit);
            case MONTH ->
                sentence(
                        "The key '{key}' has used {used} of {limit} credits, its spend limit for this month.",
                        name,
                        used,
                        limit);
            case TOTAL ->
                sentence(
                        "The key '{key}' has used {used} of {limit} credits, its spend limit in total.",
                        name,
                        used,
                        limit);
        };
    }
}
