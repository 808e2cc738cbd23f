package dev.tollgate.app;

import dev.tollgate.base.config.Secret;
import dev.tollgate.base.config.ServerSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.host.Pace;
import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.books.auditlog.AuditLog;
import dev.tollgate.books.receipts.Receipts;
import dev.tollgate.customers.mail.Outbox;
import dev.tollgate.customers.people.People;
import dev.tollgate.jobs.JobChange;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.By;
import dev.tollgate.portal.CopiesReport;
import dev.tollgate.portal.PortalBooks;
import dev.tollgate.serving.Surroundings;
import dev.tollgate.storage.CannotOpen;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Installation;
import dev.tollgate.storage.InstallationValue;
import dev.tollgate.storage.copies.Copies;
import dev.tollgate.storage.copies.CopyChoice;
import dev.tollgate.storage.copies.CopyComparison;
import dev.tollgate.storage.copies.LostTime;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.storage.secrets.SecretKeys;
import dev.tollgate.verification.Audit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Restores of the books, and drills of them (C32, C33). Used by a command, on one thread. */
final class Restores {

    /** The newest call, entry or row of a log; rows of restores do not count. Reads all accounts and logs. */
    private static final String NEWEST = """
            SELECT COALESCE(MAX(newest), 0) FROM (SELECT MAX(last_number_at) AS newest FROM account
                UNION ALL SELECT MAX(created_at) FROM audit_log WHERE action NOT IN ('installation.server', 'books.restore')
                UNION ALL SELECT MAX(created_at) FROM account_log) AS found""";

    private final Settings settings;
    private final SecureRandom random = new SecureRandom();

    Restores(Settings settings) {
        this.settings = settings;
    }

    /**
     * Puts the newest whole copy into the data folder, and records the restore.
     *
     * @param to the latest instant of a copy; null for the newest
     * @param notes receives a sentence for each copy that was passed over, and one if jobs have ended with it
     * @return the time that is lost
     * @throws CannotOpen if there is no copy, or it cannot be put there; then nothing is
     */
    LostTime restore(Path place, @Nullable Instant to, Consumer<String> notes) {
        if (settings.databaseUrl() != null) {
            throw new CannotOpen(
                    "A copy is restored into a data folder. For PostgreSQL see docs/upgrade.md, then run ./tollgate restored.");
        }
        CopyChoice choice = CopyChoice.at(place, to);
        try (Installation.Restoring restoring = Installation.Restoring.into(settings.data())) {
            Path copy = choice.putInto(restoring.file(), notes);
            Installation.requireSound(restoring.part());
            LostTime lost;
            try (Database database = Database.open(restoring.part())) {
                lost = record(database, null, copy.toString(), notes);
            }
            restoring.publish();
            notes.accept(copy + " is restored.");
            return lost;
        }
    }

    /**
     * Records that the books were restored by other means.
     *
     * @param from the instant of the copy; null for the newest call, entry or row of a log
     * @param notes receives a sentence if jobs have ended with it
     * @return the time that is lost; null if nothing was written since the last restore
     * @throws CannotOpen if a server runs
     */
    @Nullable
    LostTime restored(@Nullable Instant from, Consumer<String> notes) {
        Secret url = settings.databaseUrl();
        if (url == null) {
            Installation.requireBooks(settings.data());
        }
        try (Database database =
                url == null ? Database.open(settings.data()) : Database.openBeside(url.value(), settings.data())) {
            long living = database.read(sql -> sql.number(
                    "SELECT COUNT(*) FROM node WHERE lease_until > ?",
                    Surroundings.REAL.clock().instant()));
            if (living > 0) {
                throw new CannotOpen(
                        "Servers run over this database: stop all of them first. The lease of a server that was copied with it ends within 20 seconds.");
            }
            return isRecorded(database) ? null : record(database, from, "by other means", notes);
        }
    }

    /** Returns whether nothing was written since a restore was recorded. */
    private static boolean isRecorded(Database database) {
        List<LostTime> times = database.read(LostTime::all);
        long newest = database.read(sql -> sql.number(NEWEST));
        return CopiesReport.isNewest(new AuditLog(database))
                && !times.isEmpty()
                && newest <= times.getLast().to().toEpochMilli();
    }

    private LostTime record(Database database, @Nullable Instant from, String source, Consumer<String> notes) {
        long newest = database.read(sql -> sql.number(NEWEST)); // before the holds are released
        int number = database.read(LostTime::all).size() + 2;
        BooksModule books = BooksModule.over(database, settings, random);
        Instant now = Surroundings.REAL.clock().instant().truncatedTo(ChronoUnit.MILLIS);
        Instant since = from != null ? from : newest == 0 ? now : Instant.ofEpochMilli(newest);
        LostTime lost = new LostTime(number, since, now);
        JobChange.Restored jobs = new JobChange.Restored(now);
        List<Change> changes = List.of(
                InstallationValue.replacing(Copies.BOOKS, PortalBooks.id(random)),
                lost.row(),
                Receipts.nextKey(books.secrets(), random, now),
                People.endAccess(),
                Outbox.giveUp(now),
                jobs);
        new AuditedWriter(books.writer(), Surroundings.REAL.clock())
                .restored(By.of(Actor.COMMAND), lost, source, changes);
        if (jobs.outcome() > 0) {
            notes.accept("Batches, and responses and interactions in the background, that had not ended: "
                    + jobs.outcome() + ". They have failed, since restored books send no calls.");
        }
        books.people().close();
        books.node().close();
        return lost;
    }

    // ---- drills ----

    /**
     * Restores a copy into a temporary folder, without recording it, and proves it.
     *
     * @param differences receives each difference
     * @param notes receives what was done, and what could not be checked
     * @return whether there is no difference
     * @throws CannotOpen if there is no copy that can be restored
     */
    boolean drill(Path place, @Nullable Instant to, Consumer<String> differences, Consumer<String> notes) {
        CopyChoice choice = CopyChoice.at(place, to);
        Path folder = temporary();
        try {
            Path restored = folder.resolve("tollgate.db");
            Path copy = choice.putInto(restored, notes);
            notes.accept(copy + " is read.");
            AtomicLong found = new AtomicLong();
            Consumer<String> counting = sentence -> {
                found.incrementAndGet();
                differences.accept(sentence);
            };
            Installation.requireSound(folder);
            compare(restored, copy, counting, notes);
            Installation.migrate(folder);
            try (Database database = Database.openReading(folder)) {
                prove(database, counting, notes);
            }
            return found.get() == 0;
        } finally {
            delete(folder);
        }
    }

    /** Proves a restored database on a server. Parameters as above. */
    boolean drill(Secret url, Consumer<String> differences, Consumer<String> notes) {
        AtomicLong found = new AtomicLong();
        try (Database database = Database.openReading(url.value())) {
            prove(
                    database,
                    sentence -> {
                        found.incrementAndGet();
                        differences.accept(sentence);
                    },
                    notes);
        }
        return found.get() == 0;
    }

    private void prove(Database database, Consumer<String> differences, Consumer<String> notes) {
        Secret key = settings.find(ServerSettings.SECRET_KEY);
        String hex = key == null ? null : key.value();
        String trouble = SecretKeys.trouble(hex, settings.data(), database);
        if (trouble != null) {
            throw new CannotOpen(trouble);
        }
        SecretBox secrets = SecretKeys.of(hex, settings.data(), null, random);
        new Audit(database, secrets).run(differences, notes, (subject, rows) -> {});
        long kept = database.read(sql -> sql.number("SELECT COUNT(*) FROM kept_response"));
        notes.accept(
                kept == 0
                        ? "No kept response was opened: there is none."
                        : "Kept responses were opened with the key: " + kept + ".");
    }

    private static void compare(Path restored, Path copy, Consumer<String> differences, Consumer<String> notes) {
        Path scratch = temporary();
        try {
            CopyComparison.withDayBefore(restored, copy, scratch, differences, notes, notes, Pace.NONE);
        } finally {
            delete(scratch);
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("tollgate-drill");
        } catch (IOException e) {
            throw new CannotOpen("There is no temporary folder for the drill: " + e + ".", e);
        }
    }

    private static void delete(Path folder) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
