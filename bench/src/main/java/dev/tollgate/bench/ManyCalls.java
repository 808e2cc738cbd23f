package dev.tollgate.bench;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Books with as many calls as years of use would leave: a hundred real calls, multiplied by SQL, with their numbers, balances and roll-ups, so that
 * {@code ledger verify} finds nothing wrong. Four calls of five are one account's, by twelve keys of which the first makes most; the others
 * are spread evenly over the other accounts. Further accounts only pay. The reader is an operator. The hash of a call's receipt is its template's, and calls are older than the rows of their prices. Goes on where it was stopped.
 */
final class ManyCalls {

    /** The demo account: the key that makes the load next to the reader is one of its own. */
    static final String ACCOUNT = "acc_demo";

    static final String TEMPLATE_KEY = "sk-bench-templates-0";

    /** Calls that were really made, repeated in this order. */
    static final int TEMPLATES = 100;

    private static final String TEMPLATE_ACCOUNT = "acc_bench_templates";
    private static final int KEYS = 12;
    private static final int TOP_UPS = 300;

    /** Accounts that pay once in 30 days, with an invoice each, and make no calls. */
    private static final int PAYERS = 1_000;

    private static final int PAID_CENTS = 2_500;
    private static final long MICROS_PER_CENT = 2_000_000;
    private static final int AT_ONCE = 100_000;
    private static final int QUARTER_DAYS = 100;
    private static final long DAY_MILLIS = 86_400_000;
    private static final long CREDITS = 1_000_000;

    /** Share of calls by this key or an earlier one, in percent. */
    private static final int[] KEY_SHARES = {40, 60, 72, 80, 86, 90, 92, 94, 96, 98, 99, 100};

    /** The longest first bytes of the roll-ups' buckets in milliseconds, as the program counts them; the last bucket has no end. */
    private static final int[] BUCKET_ENDS = {100, 200, 350, 500, 750, 1_000, 2_000, 5_000, 10_000};

    /** The sums that a call {@code t} adds to all roll-ups. */
    private static final List<String[]> COMMON = common();

    /** The sums of usage_quarter and usage_day. */
    private static final List<String[]> SUMS = with(
            COMMON,
            new String[] {"failed", "CASE WHEN t.ending = 'failed' THEN 1 ELSE 0 END"},
            new String[] {"cancelled", "CASE WHEN t.ending = 'cancelled' THEN 1 ELSE 0 END"},
            new String[] {"costed", "CASE WHEN t.cost_micros IS NULL THEN 0 ELSE 1 END"},
            new String[] {"saved_micros", "COALESCE(t.saved_micros, 0)"},
            new String[] {"missed_micros", "COALESCE(t.missed_micros, 0)"});

    /** The sums of usage_hour. */
    private static final List<String[]> HOUR_SUMS = with(
            COMMON,
            new String[] {"estimated", "t.flags % 2"},
            new String[] {"uncosted", "CASE WHEN t.cost_micros IS NULL THEN 1 ELSE 0 END"},
            new String[] {
                "attempts",
                "CASE WHEN t.channel <> '' AND (t.first_byte_us IS NOT NULL OR t.attempts IS NOT NULL) THEN 1 ELSE 0 END"
            },
            new String[] {"failed_attempts", "CASE WHEN t.attempts IS NOT NULL THEN 1 ELSE 0 END"}, // a call has one
            new String[] {"timed_millis", timed("(t.done_us - t.first_byte_us) / 1000")},
            new String[] {
                "timed_tokens",
                timed(
                        "CASE WHEN t.done_us - t.first_byte_us >= 1000 THEN t.completion_tokens + t.reasoning_tokens ELSE 0 END")
            });

    /** The columns of a call that are its template's. */
    private static final String COPIED = """
            reserved_us, asked_us, first_byte_us, done_us, settled_us, held_micros, charged_micros, due_micros, sandbox_micros, prompt_tokens,
            tool_tokens, completion_tokens, reasoning_tokens, cached_tokens, cached_audio_tokens, audio_tokens, image_tokens, text_tokens, searches,
            step, max_tokens_applied, cost_micros, cache_expected_tokens, cache_idle_seconds, saved_micros, missed_micros, flags, door, model_id,
            model, ending, error_code, error_message, usage_form, price, tier, tier_granted, request_id, channel, upstream_model, upstream_id,
            filter, ignored, cost_price, cache_session, cache_reason, cache_place, attempts, stopped_by, receipt_key, receipt_hash""";

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

    private static List<String[]> common() {
        List<String[]> sums = new ArrayList<>(List.of(
                new String[] {"calls", "1"},
                new String[] {"prompt_tokens", "COALESCE(t.prompt_tokens + t.tool_tokens, 0)"},
                new String[] {"cached_tokens", "COALESCE(t.cached_tokens, 0)"},
                new String[] {"completion_tokens", "COALESCE(t.completion_tokens, 0)"},
                new String[] {"thoughts_tokens", "COALESCE(t.reasoning_tokens, 0)"},
                new String[] {"searches", "COALESCE(t.searches, 0)"},
                new String[] {"charged_micros", "t.charged_micros"},
                new String[] {"cost_micros", "COALESCE(t.cost_micros, 0)"}));
        IntStream.range(0, 10)
                .mapToObj(bucket ->
                        new String[] {"first_" + bucket, "CASE WHEN t.first_byte = " + bucket + " THEN 1 ELSE 0 END"})
                .forEach(sums::add);
        return sums;
    }

    private static List<String[]> with(List<String[]> sums, String[]... further) {
        return Stream.concat(sums.stream(), Stream.of(further)).toList();
    }

    /** Returns SQL for a figure of a completed call; 0 of others. */
    private static String timed(String figure) {
        return "CASE WHEN t.ending = 'completed' THEN COALESCE(" + figure + ", 0) ELSE 0 END";
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
        books.run("UPDATE person SET role = 'operator' WHERE login = '" + PagesVisitor.LOGIN + "'");
        topUps(begin);
        payments(begin, until);
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
                INSERT INTO entry (account_id, number, created_at, kind, amount_micros, balance_after_micros, reason)
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %1$d)
                SELECT a.id, a.last_number + n.i, %2$d, 'top_up', %3$d, a.purchased_micros - a.consumed_micros + n.i * %3$d, 'topped up'
                FROM account a, n WHERE a.id = '%4$s'""".formatted(TOP_UPS, at, CREDITS, ACCOUNT));
        books.run("""
                UPDATE account SET balance_micros = balance_micros + %1$d, purchased_micros = purchased_micros + %1$d,
                    last_number = last_number + %2$d WHERE id = '%3$s'""".formatted(TOP_UPS * CREDITS, TOP_UPS, ACCOUNT));
    }

    private void payments(long from, long to) throws SQLException {
        long micros = PAID_CENTS * MICROS_PER_CENT;
        books.run("""
                CREATE TABLE bench_payment AS
                WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %d),
                m(j) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT j + 1 FROM m WHERE j < %d)
                SELECT 'acc_bench_payer_' || %s AS account_id, j + 1 AS number, %s || %s AS id, %d + j * 30 * %d + i * 60000 AS at
                FROM n, m""".formatted(
                        PAYERS,
                        (to - from) / DAY_MILLIS / 30 - 1,
                        in.digits("i", 6),
                        in.digits("i", 6),
                        in.digits("j", 6),
                        from,
                        DAY_MILLIS));
        books.run("""
                INSERT INTO account (id, name, created_at, balance_micros, purchased_micros, last_number, last_number_at)
                SELECT account_id, 'Payer', %1$d, COUNT(*) * %2$d, COUNT(*) * %2$d, MAX(number), MAX(at) FROM bench_payment
                GROUP BY account_id""".formatted(from, micros));
        books.run("""
                INSERT INTO entry (account_id, number, created_at, kind, amount_micros, balance_after_micros, reason, request_id)
                SELECT account_id, number, at, 'top_up', %1$d, number * %1$d, 'payment', 'payment-pay_' || id FROM bench_payment""".formatted(micros));
        books.run("""
                INSERT INTO payment (id, account_id, channel, created_at, net_cents, tax_cents, credit_micros, state, session_id, intent_id, ended_at)
                SELECT 'pay_' || id, account_id, 'stripe', at, %d, %d, %d, 'paid', 'cs_' || id, 'pi_' || id, at FROM bench_payment""".formatted(PAID_CENTS, PAID_CENTS / 5, micros));
        books.run("""
                INSERT INTO payment_notice (id, type, fact, created_at, received_at, payment_id, intent_id, cents, outcome)
                SELECT 'evt_' || id, 'checkout.session.completed', 'paid', at, at, 'pay_' || id, 'pi_' || id, %d, 'taken' FROM bench_payment""".formatted(PAID_CENTS + PAID_CENTS / 5));
        books.run("""
                INSERT INTO invoice (payment_id, series, year, sequence, issued_at, seller_name, seller_address, seller_vat_id, buyer_name,
                    buyer_address, buyer_vat_id, buyer_country)
                SELECT 'pay_' || p.id, 'of Bench', p.year, ROW_NUMBER() OVER (PARTITION BY p.year ORDER BY p.at, p.id), p.at, 'Bench', '', '', 'Payer',
                    '', '', 'DE' FROM (SELECT id, at, CAST(substr(%s, 1, 4) AS BIGINT) AS year FROM bench_payment) AS p""".formatted(in.second("at")));
        books.run("DROP TABLE bench_payment");
    }

    private void account(String id, String name, long at) throws SQLException {
        long micros = 1_000_000_000L * CREDITS;
        books.run("""
                INSERT INTO account (id, name, created_at, balance_micros, purchased_micros, last_number, last_number_at)
                VALUES ('%s', '%s', %d, %d, %d, 1, %d)""".formatted(id, name, at, micros, micros, at));
        books.run("""
                INSERT INTO entry (account_id, number, created_at, kind, amount_micros, balance_after_micros, reason)
                VALUES ('%1$s', 1, %2$d, 'top_up', %3$d, %3$d, 'topped up')""".formatted(id, at, micros));
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
        long made = books.number("SELECT COUNT(*) FROM call WHERE account_id = '" + TEMPLATE_ACCOUNT + "'");
        if (made != TEMPLATES) {
            throw new IllegalStateException("of " + TEMPLATES + " calls " + made + " are in the books");
        }
        books.run("""
                CREATE TABLE bench_template AS
                SELECT c.*, ROW_NUMBER() OVER (ORDER BY c.id) - 1 AS place, %s AS first_byte,
                    SUM(c.charged_micros) OVER (ORDER BY c.id) AS charged_so_far, SUM(c.charged_micros) OVER () AS charged_by_all,
                    MAX(c.receipts) OVER () AS receipts_of_all
                FROM call c WHERE c.account_id = '%s'""".formatted(bucket("c.first_byte_us"), TEMPLATE_ACCOUNT));
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
        String copied =
                Stream.of(COPIED.split(",\\s+")).map(column -> "t." + column).collect(Collectors.joining(", "));
        books.run("""
                INSERT INTO call (id, account_id, number, key_id, created_at, ended_at, priced_at, balance_after_micros, receipts, %1$s)
                SELECT c.id, c.account_id, c.number, c.key_id, c.started, c.ended,
                    CASE WHEN t.price IS NULL THEN NULL ELSE c.started END,
                    a.purchased_micros - c.ordinal / %2$d * t.charged_by_all - t.charged_so_far,
                    c.ordinal / %2$d * t.receipts_of_all + t.receipts, %3$s
                FROM bench_chunk c JOIN bench_template t ON t.place = c.place JOIN account a ON a.id = c.account_id ORDER BY c.id""".formatted(COPIED, TEMPLATES, copied));
        books.run("""
                UPDATE account SET balance_micros = balance_micros - s.charged, consumed_micros = consumed_micros + s.charged,
                    last_number = s.number, last_number_at = s.ended, receipts = s.receipts
                FROM (SELECT c.account_id, SUM(t.charged_micros) AS charged, MAX(c.number) AS number, MAX(c.ended) AS ended,
                        MAX(c.ordinal / %1$d * t.receipts_of_all + t.receipts) AS receipts
                    FROM bench_chunk c JOIN bench_template t ON t.place = c.place GROUP BY c.account_id) s
                WHERE s.account_id = account.id""".formatted(TEMPLATES));
        books.run("""
                UPDATE account SET receipt_hash = (SELECT c.receipt_hash FROM call c WHERE c.account_id = account.id
                    AND c.receipt_hash IS NOT NULL ORDER BY c.number DESC LIMIT 1) WHERE receipts > 0""");
        windows();
        rollUps();
        books.run("UPDATE bench_books SET made = " + to);
        books.run("DROP TABLE bench_chunk");
    }

    /** Makes one row for each call: its account, its times and its number there. */
    private void chunk(long from, long to) throws SQLException {
        long calls = books.number("SELECT calls FROM bench_books");
        long accounts = books.number("SELECT accounts FROM bench_books");
        long begin = books.number("SELECT begins FROM bench_books");
        long span = books.number("SELECT ends FROM bench_books") - begin;
        long apart = Math.max(1, span / calls);
        long least = Math.min(300, apart * 3 / 10);
        long spread = Math.max(1, Math.min(600, apart * 6 / 10));
        long firstOfDemo = 1 + books.number("SELECT MAX(number) FROM entry WHERE account_id = '" + ACCOUNT + "'");
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
                    c.started, c.started + c.took AS ended, t.place, c.ordinal,
                    CASE WHEN c.other < 0 THEN %d ELSE 2 END + c.ordinal AS number
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
        rollUp(
                SUMS,
                "usage_quarter",
                "account_id, starts_at, key_id, model",
                "c.account_id, c.ended - c.ended % 900000, c.key_id, t.model_id");
        rollUp(
                HOUR_SUMS,
                "usage_hour",
                "starts_at, node_id, channel, model, upstream_model, ending",
                "c.ended - c.ended % 3600000, '', t.channel, t.model_id, t.upstream_model, t.ending");
    }

    /** @param key the columns of the table's key @param of the values of these columns for a call */
    private void rollUp(List<String[]> sums, String table, String key, String of) throws SQLException {
        String columns = sums.stream().map(sum -> sum[0]).collect(Collectors.joining(", "));
        String added = sums.stream().map(sum -> "SUM(" + sum[1] + ")").collect(Collectors.joining(", "));
        String more = sums.stream()
                .map(sum -> "%1$s = %2$s.%1$s + excluded.%1$s".formatted(sum[0], table))
                .collect(Collectors.joining(", "));
        String places = IntStream.rangeClosed(1, key.split(", ").length)
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(", "));
        books.run("INSERT INTO " + table + " (" + key + ", " + columns + ") SELECT " + of + ", " + added
                + " FROM bench_chunk c JOIN bench_template t ON t.place = c.place WHERE 1 = 1 GROUP BY " + places
                + " ORDER BY "
                + places + " ON CONFLICT (" + key + ") DO UPDATE SET " + more);
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
        for (String table : List.of("bench_key", "bench_template")) {
            books.run("DROP TABLE " + table);
        }
        books.run("UPDATE bench_books SET made = -1");
        books.commit();
        books.settle();
    }

    boolean isFinished() throws SQLException {
        return hasBegun() && books.number("SELECT made FROM bench_books") < 0;
    }

    /** Returns the place of a page in the middle of the big account's calls. */
    String middle() throws SQLException {
        return Long.toString(
                books.number("SELECT last_number / 2 FROM account WHERE id = '" + ACCOUNT + "'"), Character.MAX_RADIX);
    }

    private static long floorDay(long millis) {
        return millis - Math.floorMod(millis, DAY_MILLIS);
    }
}
