package dev.tollgate.bench;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Books with as many calls as years of use would leave: a hundred real calls, multiplied by SQL, with all their entries and roll-ups, so that
 * {@code ledger verify} finds nothing wrong. Four calls of five are one account's, by twelve keys of which the first makes most; the others
 * are spread evenly over the other accounts. Receipts are left out. Goes on where it was stopped.
 */
final class ManyCalls {

    /** The demo account: the key that makes the load beside the reader is one of its own. */
    static final String ACCOUNT = "acc_demo";

    static final String TEMPLATE_KEY = "sk-bench-templates-0";

    /** Calls that were really made, and are told again and again in this order. */
    static final int TEMPLATES = 100;

    private static final String TEMPLATE_ACCOUNT = "acc_bench_templates";
    private static final int KEYS = 12;
    private static final int TOP_UPS = 300;
    private static final int AT_ONCE = 100_000;
    private static final int QUARTER_DAYS = 100;
    private static final long DAY_MILLIS = 86_400_000;
    private static final long CREDITS = 1_000_000;

    /** Of each hundred calls so many by this key or an earlier one. */
    private static final int[] KEY_SHARES = {40, 60, 72, 80, 86, 90, 92, 94, 96, 98, 99, 100};

    /** The longest first bytes of the roll-ups' buckets in milliseconds, as the program counts them; the last bucket has no end. */
    private static final int[] BUCKET_ENDS = {100, 200, 350, 500, 750, 1_000, 2_000, 5_000, 10_000};

    /** The sums of usage_quarter and usage_day, and what one call adds to each. */
    private static final List<String[]> SUMS = sums();

    private final Books books;
    private final BooksDialect in;
    private final PrintStream out;

    ManyCalls(Books books, PrintStream out) {
        this.books = books;
        this.in = books.dialect();
        this.out = out;
    }

    /** Returns SQL for the bucket of a time in microseconds; -1 without one. */
    private static String bucket(String micros) {
        StringBuilder sql = new StringBuilder("CASE WHEN " + micros + " IS NULL THEN -1");
        for (int i = 0; i < BUCKET_ENDS.length; i++) {
            sql.append(" WHEN " + micros + " < " + (BUCKET_ENDS[i] + 1) * 1_000 + " THEN " + i);
        }
        return sql + " ELSE " + BUCKET_ENDS.length + " END";
    }

    private static List<String[]> sums() {
        List<String[]> sums = new java.util.ArrayList<>(List.of(
                new String[] {"calls", "1"},
                new String[] {"failed", "CASE WHEN t.status = 'failed' THEN 1 ELSE 0 END"},
                new String[] {"cancelled", "CASE WHEN t.status = 'cancelled' THEN 1 ELSE 0 END"},
                new String[] {"prompt_tokens", "t.prompt_tokens"},
                new String[] {"cached_tokens", "t.cached_tokens"},
                new String[] {"completion_tokens", "t.completion_tokens"},
                new String[] {"thoughts_tokens", "t.thoughts_tokens"},
                new String[] {"charged_micros", "t.charged_micros"},
                new String[] {"refunded_micros", "0"}));
        IntStream.range(0, 10)
                .mapToObj(bucket ->
                        new String[] {"first_" + bucket, "CASE WHEN t.first_byte = " + bucket + " THEN 1 ELSE 0 END"})
                .forEach(sums::add);
        return sums;
    }

    // ---- accounts and keys ----

    boolean hasBegun() throws SQLException {
        return books.has("bench_books");
    }

    /** @param days that the calls are spread over, up to now */
    void begin(long calls, int accounts, int days, Instant now) throws SQLException {
        long until = now.toEpochMilli() - Duration.ofMinutes(10).toMillis();
        long begin = until - days * DAY_MILLIS;
        books.run("CREATE TABLE bench_books (calls BIGINT, accounts BIGINT, begins BIGINT, ends BIGINT, made BIGINT)");
        books.run("INSERT INTO bench_books VALUES (%d, %d, %d, %d, 0)".formatted(calls, accounts, begin, until));
        books.run("UPDATE person SET account_id = '%s', created_at = %d".formatted(ACCOUNT, begin) + " WHERE login = '"
                + PagesVisitor.LOGIN + "'");
        books.run("UPDATE account SET created_at = %1$d WHERE id = '%2$s'".formatted(begin, ACCOUNT));
        books.run("UPDATE entry SET created_at = %1$d WHERE account_id = '%2$s'".formatted(begin, ACCOUNT));
        topUps(begin);
        account(TEMPLATE_ACCOUNT, "Templates", begin);
        key("key_bench_templates", TEMPLATE_ACCOUNT, TEMPLATE_KEY, begin);
        for (int i = 0; i < KEYS; i++) {
            key("key_bench_demo_" + i, ACCOUNT, "sk-bench-demo-" + i, begin);
        }
        for (int i = 0; i < accounts; i++) {
            String id = "acc_bench_%06d".formatted(i);
            account(id, "Customer " + i, begin);
            key("key_bench_%06d_0".formatted(i), id, "sk-bench-customer-" + i + "-0", begin);
            key("key_bench_%06d_1".formatted(i), id, "sk-bench-customer-" + i + "-1", begin);
        }
        books.commit();
    }

    private void topUps(long at) throws SQLException {
        books.run("""
                INSERT INTO entry (account_id, sequence, created_at, kind, from_bucket, to_bucket, amount_micros, reason)
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %1$d)
                SELECT a.id, a.last_sequence + n.i, %2$d, 'top_up', 'funding', 'available', %3$d, 'topped up'
                FROM account a, n WHERE a.id = '%4$s'""".formatted(TOP_UPS, at, CREDITS, ACCOUNT));
        books.run("""
                UPDATE account SET balance_micros = balance_micros + %1$d, purchased_micros = purchased_micros + %1$d,
                    last_sequence = last_sequence + %2$d WHERE id = '%3$s'""".formatted(TOP_UPS * CREDITS, TOP_UPS, ACCOUNT));
    }

    private void account(String id, String name, long at) throws SQLException {
        long micros = 1_000_000_000L * CREDITS;
        books.run("""
                INSERT INTO account (id, name, created_at, balance_micros, purchased_micros, last_sequence, last_entry_at)
                VALUES ('%s', '%s', %d, %d, %d, 1, %d)""".formatted(id, name, at, micros, micros, at));
        books.run("""
                INSERT INTO entry (account_id, sequence, created_at, kind, from_bucket, to_bucket, amount_micros, reason)
                VALUES ('%s', 1, %d, 'top_up', 'funding', 'available', %d, 'topped up')""".formatted(id, at, micros));
    }

    private void key(String id, String account, String secret, long at) throws SQLException {
        books.run("""
                INSERT INTO api_key (id, account_id, hash, prefix, name, kind, created_at, number)
                SELECT '%s', '%s', '%s', '%s', '%s', 'api', %d, 1 + COALESCE(MAX(number), 0) FROM api_key""".formatted(
                        id,
                        account,
                        sha256(secret),
                        secret.substring(0, 11),
                        "key " + id.substring(id.lastIndexOf('_') + 1),
                        at));
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- what was really called ----

    boolean hasTemplates() throws SQLException {
        return books.has("bench_template");
    }

    /** From the calls that {@link #TEMPLATE_KEY} has made, one after the other. */
    void takeTemplates() throws SQLException {
        long made = books.number("SELECT COUNT(*) FROM task WHERE account_id = '" + TEMPLATE_ACCOUNT + "'");
        if (made != TEMPLATES) {
            throw new IllegalStateException("of " + TEMPLATES + " calls " + made + " are in the books");
        }
        String firstByte = in.json("t.course", "first_byte");
        books.run("""
                CREATE TABLE bench_template AS
                SELECT t.id, ROW_NUMBER() OVER (ORDER BY t.id) - 1 AS place, t.door, t.model, t.model_id, t.status, t.usage, t.usage_flags,
                    t.max_tokens_applied, t.pricing, t.error_code, t.error_message, t.course,
                    r.state, r.held_micros, r.charged_micros, r.first_sequence, r.last_sequence - r.first_sequence + 1 AS entries,
                    COALESCE(SUM(r.last_sequence - r.first_sequence + 1)
                        OVER (ORDER BY t.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS entries_before,
                    COALESCE(%s, 0) AS prompt_tokens, COALESCE(%s, 0) AS cached_tokens, COALESCE(%s, 0) AS completion_tokens,
                    COALESCE(%s, 0) AS thoughts_tokens, %s AS first_byte
                FROM task t JOIN reservation r ON r.id = t.id WHERE t.account_id = '%s'""".formatted(
                in.json("t.pricing", "prompt_tokens"),
                in.json("t.usage", "prompt_tokens_details", "cached_tokens"),
                in.json("t.pricing", "completion_tokens"),
                in.json("t.pricing", "reasoning_tokens"),
                bucket(firstByte),
                TEMPLATE_ACCOUNT));
        books.run("""
                CREATE TABLE bench_entry AS
                SELECT t.place, e.sequence - t.first_sequence AS step, e.kind, e.from_bucket, e.to_bucket, e.amount_micros
                FROM entry e JOIN bench_template t ON t.id = e.reservation_id""");
        books.run("""
                CREATE TABLE bench_hour AS
                SELECT h.model, h.ending, MAX(h.channel) AS channel, MAX(h.upstream_model) AS upstream_model,
                    SUM(h.cost_micros) / SUM(h.calls) AS cost_micros, SUM(h.estimated) / SUM(h.calls) AS estimated,
                    SUM(h.uncosted) / SUM(h.calls) AS uncosted
                FROM usage_hour h WHERE h.calls > 0 GROUP BY h.model, h.ending""");
        books.run("CREATE TABLE bench_key (place BIGINT, key_id TEXT)");
        books.run("INSERT INTO bench_key VALUES "
                + IntStream.range(0, TEMPLATES)
                        .mapToObj(place -> "(" + place + ", 'key_bench_demo_" + keyOf(place) + "')")
                        .collect(Collectors.joining(", ")));
        books.commit();
    }

    private static int keyOf(int place) {
        int share = place * 61 % TEMPLATES;
        return (int) IntStream.of(KEY_SHARES).filter(most -> most <= share).count();
    }

    // ---- many ----

    /** Until all are there. */
    void multiply() throws SQLException {
        long calls = books.number("SELECT calls FROM bench_books");
        long began = System.nanoTime();
        long had = books.number("SELECT made FROM bench_books");
        for (long made = had; made < calls; made = books.number("SELECT made FROM bench_books")) {
            long next = Math.min(calls, made + AT_ONCE);
            add(made, next);
            books.commit();
            double seconds = (System.nanoTime() - began) / 1e9;
            out.printf("%,d of %,d calls, %.0f s%n", next, calls, seconds);
        }
    }

    private void add(long from, long to) throws SQLException {
        chunk(from, to);
        books.run("""
                INSERT INTO reservation (id, account_id, key_id, created_at, state, held_micros, charged_micros, first_sequence, last_sequence)
                SELECT c.id, c.account_id, c.key_id, c.started, t.state, t.held_micros, t.charged_micros, c.first_sequence,
                    c.first_sequence + t.entries - 1
                FROM bench_chunk c JOIN bench_template t ON t.place = c.place ORDER BY c.id""");
        books.run("""
                INSERT INTO task (id, account_id, key_id, door, model, status, created_at, completed_at, usage, usage_flags,
                    max_tokens_applied, charge_micros, pricing, error_code, error_message, model_id, course)
                SELECT c.id, c.account_id, c.key_id, t.door, t.model, t.status, c.started, c.ended, t.usage, t.usage_flags,
                    t.max_tokens_applied, t.charged_micros, t.pricing, t.error_code, t.error_message, t.model_id, t.course
                FROM bench_chunk c JOIN bench_template t ON t.place = c.place ORDER BY c.id""");
        books.run("""
                INSERT INTO entry (account_id, sequence, created_at, kind, reservation_id, from_bucket, to_bucket, amount_micros)
                SELECT c.account_id, c.first_sequence + e.step, CASE WHEN e.step = 0 THEN c.started ELSE c.ended END, e.kind, c.id,
                    e.from_bucket, e.to_bucket, e.amount_micros
                FROM bench_chunk c JOIN bench_entry e ON e.place = c.place ORDER BY 1, 2""");
        books.run("""
                UPDATE account SET balance_micros = balance_micros - s.charged, consumed_micros = consumed_micros + s.charged,
                    last_sequence = s.sequence, last_entry_at = s.ended
                FROM (SELECT c.account_id, SUM(t.charged_micros) AS charged, MAX(c.first_sequence + t.entries - 1) AS sequence,
                        MAX(c.ended) AS ended
                    FROM bench_chunk c JOIN bench_template t ON t.place = c.place GROUP BY c.account_id) s
                WHERE s.account_id = account.id""");
        windows();
        rollUps();
        books.run("UPDATE bench_books SET made = " + to);
        books.run("DROP TABLE bench_chunk");
    }

    /** One row for each call: whose it is, when, and where its entries begin. */
    private void chunk(long from, long to) throws SQLException {
        long calls = books.number("SELECT calls FROM bench_books");
        long accounts = books.number("SELECT accounts FROM bench_books");
        long begin = books.number("SELECT begins FROM bench_books");
        long span = books.number("SELECT ends FROM bench_books") - begin;
        long apart = Math.max(1, span / calls);
        long least = Math.min(300, apart * 3 / 10);
        long spread = Math.max(1, Math.min(600, apart * 6 / 10));
        long entries = books.number("SELECT SUM(entries) FROM bench_template");
        long firstOfDemo = 1 + TOP_UPS + books.number("""
                SELECT COUNT(*) FROM entry WHERE account_id = '%s' AND kind = 'top_up' AND sequence <= 1""".formatted(ACCOUNT));
        String id = "'chatcmpl-' || " + in.second("c.started") + " || " + in.digits("c.started % 1000", 3)
                + " || '000000' || " + in.digits("c.i", 8);
        books.run("""
                CREATE TEMPORARY TABLE bench_chunk AS
                WITH RECURSIVE n(i) AS (SELECT CAST(%d AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %d),
                c AS (SELECT i, %d + i * %d / %d AS started, %d + (i * 7919) %% %d AS took,
                    CASE WHEN i %% 5 < 4 THEN -1 ELSE (i / 5) %% %d END AS other,
                    CASE WHEN i %% 5 < 4 THEN i / 5 * 4 + i %% 5 ELSE i / 5 / %d END AS ordinal FROM n)
                SELECT %s AS id, CASE WHEN c.other < 0 THEN '%s' ELSE 'acc_bench_' || %s END AS account_id,
                    CASE WHEN c.other < 0 THEN k.key_id ELSE 'key_bench_' || %s || '_' || CAST(c.ordinal %% 2 AS TEXT) END AS key_id,
                    c.started, c.started + c.took AS ended, t.place,
                    CASE WHEN c.other < 0 THEN %d ELSE 2 END + c.ordinal / %d * %d + t.entries_before AS first_sequence
                FROM c JOIN bench_template t ON t.place = c.ordinal %% %d JOIN bench_key k ON k.place = t.place""".formatted(
                        from,
                        to,
                        begin,
                        span,
                        calls,
                        least,
                        spread,
                        accounts,
                        accounts,
                        id,
                        ACCOUNT,
                        in.digits("c.other", 6),
                        in.digits("c.other", 6),
                        firstOfDemo,
                        TEMPLATES,
                        entries,
                        TEMPLATES));
    }

    private void windows() throws SQLException {
        window("hour", "c.started - c.started % 3600000");
        window("day", "c.started - c.started % 86400000");
        window("total", "0");
    }

    private void window(String kind, String begin) throws SQLException {
        books.run("""
                INSERT INTO spend_window (key_id, kind, starts_at, charged_micros, held_micros)
                SELECT c.key_id, '%1$s', %2$s, SUM(t.charged_micros), 0
                FROM bench_chunk c JOIN bench_template t ON t.place = c.place WHERE 1 = 1 GROUP BY 1, 3
                ON CONFLICT (key_id, kind, starts_at) DO UPDATE SET charged_micros = spend_window.charged_micros + excluded.charged_micros""".formatted(kind, begin));
    }

    private void rollUps() throws SQLException {
        books.run("""
                INSERT INTO usage_quarter (account_id, starts_at, key_id, model, %s)
                SELECT c.account_id, c.ended - c.ended %% 900000, c.key_id, t.model_id, %s
                FROM bench_chunk c JOIN bench_template t ON t.place = c.place WHERE 1 = 1 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
                ON CONFLICT (account_id, starts_at, key_id, model) DO UPDATE SET %s""".formatted(
                        names(),
                        SUMS.stream().map(sum -> "SUM(" + sum[1] + ")").collect(Collectors.joining(", ")),
                        SUMS.stream()
                                .map(sum -> "%1$s = usage_quarter.%1$s + excluded.%1$s".formatted(sum[0]))
                                .collect(Collectors.joining(", "))));
        List<String> hours = List.of(
                "calls",
                "prompt_tokens",
                "cached_tokens",
                "completion_tokens",
                "thoughts_tokens",
                "charged_micros",
                "cost_micros",
                "estimated",
                "uncosted");
        books.run("""
                INSERT INTO usage_hour (starts_at, node_id, channel, model, upstream_model, ending, %s)
                SELECT c.ended - c.ended %% 3600000, '', h.channel, t.model_id, h.upstream_model, t.status, COUNT(*),
                    SUM(t.prompt_tokens), SUM(t.cached_tokens), SUM(t.completion_tokens), SUM(t.thoughts_tokens), SUM(t.charged_micros),
                    SUM(h.cost_micros), SUM(h.estimated), SUM(h.uncosted)
                FROM bench_chunk c JOIN bench_template t ON t.place = c.place
                    JOIN bench_hour h ON h.model = t.model_id AND h.ending = t.status WHERE 1 = 1 GROUP BY 1, 3, 4, 5, 6
                ON CONFLICT (starts_at, node_id, channel, model, upstream_model, ending) DO UPDATE SET %s""".formatted(
                        String.join(", ", hours),
                        hours.stream()
                                .map("%1$s = usage_hour.%1$s + excluded.%1$s"::formatted)
                                .collect(Collectors.joining(", "))));
    }

    private static String names() {
        return SUMS.stream().map(sum -> sum[0]).collect(Collectors.joining(", "));
    }

    /**
     * Folds what is folded by now and forgets what is too old, as the server's sweep does; then the helping tables go. Day by day and by account, so
     * that rows lie as one sweep a day has left them, and not each on another page of the disk.
     */
    void finish() throws SQLException {
        long folded = floorDay(books.number("SELECT ends FROM bench_books"));
        out.println("folding quarters into days");
        books.run("DELETE FROM usage_day");
        books.run("""
                INSERT INTO usage_day (account_id, starts_at, key_id, model, %s)
                SELECT account_id, starts_at - starts_at %% 86400000, key_id, model, %s
                FROM usage_quarter WHERE starts_at < %d GROUP BY 1, 2, 3, 4 ORDER BY 2, 1, 3, 4""".formatted(
                names(), SUMS.stream().map(sum -> "SUM(" + sum[0] + ")").collect(Collectors.joining(", ")), folded));
        books.run("DELETE FROM usage_quarter WHERE starts_at < " + (folded - QUARTER_DAYS * DAY_MILLIS));
        books.run("DELETE FROM usage_fold");
        books.run("INSERT INTO usage_fold (id, folded_until, folding_until, account_after) VALUES (1, %1$d, %1$d, '')"
                .formatted(folded));
        for (String table : List.of("bench_key", "bench_hour", "bench_entry", "bench_template")) {
            books.run("DROP TABLE " + table);
        }
        books.run("UPDATE bench_books SET made = -1");
        books.commit();
        books.settle();
    }

    boolean isFinished() throws SQLException {
        return hasBegun() && books.number("SELECT made FROM bench_books") < 0;
    }

    /** The id of a call in the middle of the big account's. */
    String middle() throws SQLException {
        long at = books.number("SELECT (begins + ends) / 2 FROM bench_books");
        return books.text("SELECT id FROM task WHERE account_id = '" + ACCOUNT + "' AND id > 'chatcmpl-"
                + "%1$tY%1$tm%1$td".formatted(Instant.ofEpochMilli(at).atZone(java.time.ZoneOffset.UTC))
                + "' ORDER BY id LIMIT 1");
    }

    private static long floorDay(long millis) {
        return millis - Math.floorMod(millis, DAY_MILLIS);
    }
}
