package dev.tollgate.verification;

import dev.tollgate.base.host.Pace;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.storage.secrets.SecretKeys;
import dev.tollgate.storage.sql.Reads;
import dev.tollgate.storage.sql.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Recomputes derived figures of the tables from their source rows, over one snapshot (decision D44).
 *
 * @param secrets opens kept responses, and requests and results of jobs; null if there is no key
 * @param pace is called after each row, but not while the database sorts
 */
public record Audit(Database database, @Nullable SecretBox secrets, Pace pace) {

    private static final long PROGRESS_ROWS = 100_000;

    private static final String KEPT =
            "SELECT (SELECT COUNT(*) FROM kept_response) + (SELECT COUNT(*) FROM job_line WHERE sealed IS NOT NULL)";

    /** Files that have not as many pieces as their length says. Said here again: the store's own number would agree with a store that is wrong. */
    private static final String TORN_FILES = """
            SELECT COUNT(*) FROM stored_file f
            WHERE (SELECT COUNT(*) FROM file_piece p WHERE p.file_id = f.id) <> (f.written + 262143) / 262144""";

    private static final String IMAGE = "SELECT COUNT(*) FROM stored_file WHERE id = ? AND written = bytes";

    private static final String STRAY_PIECES = """
            SELECT COUNT(*) FROM file_piece p WHERE NOT EXISTS (SELECT 1 FROM stored_file f WHERE f.id = p.file_id)""";

    /** Checks as fast as it can. */
    public Audit(Database database, @Nullable SecretBox secrets) {
        this(database, secrets, Pace.NONE);
    }

    /** Checks everything but what kept responses contain. */
    public Audit(Database database) {
        this(database, null);
    }

    /** Runs without saying what could not be checked. */
    public boolean run(Consumer<String> differences, Progress progress) {
        return run(differences, _ -> {}, progress);
    }

    /**
     * @param differences receives each difference as a sentence without a line end
     * @param notes receives what could not be checked, and faults outside the books
     * @return whether there was no difference
     * @throws dev.tollgate.storage.StoreException if the database cannot be read
     */
    public boolean run(Consumer<String> differences, Consumer<String> notes, Progress progress) {
        Findings findings = new Findings(differences);
        progress.at("pages", 0);
        database.findDamage().forEach(findings::add);
        if (!findings.none()) {
            return false; // nothing that is read from a damaged file is certain
        }
        return database.read(sql -> {
            for (Check check : checks(findings)) {
                run(sql, check, findings, progress);
            }
            if (secrets != null && SecretKeys.fits(sql, secrets)) {
                KeptCheck kept = new KeptCheck(secrets);
                run(sql, kept, findings, progress);
                run(sql, new JobCheck(secrets), findings, progress);
                note(missing(sql, kept.images()), "images of kept responses are missing.", notes);
            } else if (sql.number(KEPT) > 0) {
                notes.accept(
                        "Kept responses, batches and background responses were not opened: the installation's secret key is not here.");
            }
            note(sql.number(TORN_FILES), "stored files lack pieces: their readers get an error.", notes);
            note(sql.number(STRAY_PIECES), "pieces of stored files belong to no file.", notes);
            return findings.none();
        });
    }

    private static long missing(Sql sql, Set<String> images) throws SQLException {
        long missing = 0;
        for (String id : images) {
            missing += sql.number(IMAGE, id) == 0 ? 1 : 0;
        }
        return missing;
    }

    /** Notes what is wrong with files, which are no part of the books (Y39). */
    private static void note(long count, String what, Consumer<String> notes) {
        if (count > 0) {
            notes.accept(count + " " + what);
        }
    }

    /**
     * Finds differences of usage alone.
     *
     * @param differences receives each difference, until it wants no more
     * @return the end of the folded days in the same snapshot, in milliseconds
     * @throws dev.tollgate.storage.StoreException if the database cannot be read
     */
    public long usage(Consumer<UsageDifference> differences, Progress progress) {
        Findings findings = new Findings(_ -> {});
        return database.read(sql -> {
            run(sql, new UsageCheck(differences), findings, progress);
            run(sql, new LabelCheck(differences), findings, progress);
            return sql.number(UsageCheck.FOLDED_UNTIL);
        });
    }

    private static List<Check> checks(Findings findings) {
        List<Check> checks = new ArrayList<>(StrayRows.ALL);
        checks.addAll(StrayJobs.ALL);
        GroupCheck groups = new GroupCheck();
        PriceCheck prices = new PriceCheck(groups);
        checks.add(groups);
        checks.add(groups.ofAuditLog());
        checks.add(prices);
        checks.add(new PriceDeedCheck(prices));
        checks.add(new AccountCheck(new CallCheck(prices, groups)));
        checks.add(new GrantCheck(prices));
        PlanCheck plans = new PlanCheck(groups);
        checks.add(plans);
        checks.add(plans.ofAuditLog());
        checks.add(new SubscriptionCheck(plans));
        checks.add(new WindowCheck());
        checks.add(new BudgetCheck());
        checks.add(new BudgetCalendarCheck());
        checks.add(new LabelCheck(findings::usage));
        checks.add(new KeyOwnerCheck());
        checks.addAll(ProofCheck.ALL);
        checks.add(new UsageCheck(findings::usage));
        return checks;
    }

    private void run(Reads sql, Check check, Findings findings, Progress progress) throws SQLException {
        AtomicLong rows = new AtomicLong();
        sql.scan(check.sql(database.dialect()), check.fetchRows(), row -> {
            long before = rows.getAndIncrement();
            if (before % PROGRESS_ROWS == 0) {
                progress.at(check.subject(), before);
            }
            check.row(row, findings);
            pace.step();
            return true;
        });
        check.end(findings);
    }

    /** Told now and then how far a run has come, on its thread. */
    @FunctionalInterface
    public interface Progress {

        /**
         * @param subject what is being read, e.g. {@code accounts}
         * @param rows read of it so far
         */
        void at(String subject, long rows);
    }
}
