package dev.tollgate.customers.notices;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.storage.Database;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.Writer;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Warnings that people have dismissed. */
@BesideOthers
@Timeout(60)
class DismissalsTest {

    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
    private static final Instant EVENING = NOON.plus(Duration.ofHours(6));

    @TempDir
    Path folder;

    private Instant now = NOON;

    /** Two people of one account, without what else belongs to them. */
    private static final class MakePeople extends Write<Boolean> {

        @Override
        protected Boolean run(Statements statements) throws SQLException {
            statements.run("INSERT INTO account (id, name, created_at) VALUES ('acc_1', 'Test', 0)");
            for (String id : List.of("per_ann", "per_ben")) {
                statements.run(
                        "INSERT INTO person (id, account_id, login, name, role, password_hash, created_at)"
                                + " VALUES (?, 'acc_1', ?, 'Test', 'user', '', 0)",
                        id,
                        id);
            }
            return true;
        }
    }

    private Dismissals over(Database database) {
        Writer writer = database.startWriter(List.of(new WritePart<>(MakePeople.class), Dismissals.part()));
        writer.commitAndWait(Unit.of(new MakePeople()));
        return new Dismissals(database, writer, () -> now);
    }

    @ParameterizedTest
    @MethodSource(Stores.USUAL)
    void a_dismissal_holds_for_one_person_until_its_time(Stores stores) {
        try (Database database = stores.openBare(folder)) {
            Dismissals dismissals = over(database);
            dismissals.dismiss("per_ann", List.of("model:a", "model:b"), EVENING);
            assertThat(dismissals.dismissed("per_ann")).containsExactlyInAnyOrder("model:a", "model:b");
            assertThat(dismissals.dismissed("per_ben")).isEmpty();
            dismissals.dismiss("per_ann", List.of("model:b"), EVENING.plusSeconds(1));
            now = EVENING;
            assertThat(dismissals.dismissed("per_ann")).containsExactly("model:b");
        }
    }

    @ParameterizedTest
    @MethodSource(Stores.USUAL)
    void a_new_dismissal_deletes_the_expired_ones_of_its_person(Stores stores) {
        try (Database database = stores.openBare(folder)) {
            Dismissals dismissals = over(database);
            dismissals.dismiss("per_ann", List.of("a"), EVENING);
            dismissals.dismiss("per_ben", List.of("a"), EVENING);
            now = EVENING;
            dismissals.dismiss("per_ann", List.of("b"), EVENING.plusSeconds(1));
            dismissals.dismiss("per_erased", List.of("b"), EVENING.plusSeconds(1));
            assertThat(rows(database, "per_ann")).isEqualTo(1);
            assertThat(rows(database, "per_ben")).isEqualTo(1);
            assertThat(rows(database, "per_erased")).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource(Stores.USUAL)
    void a_subject_is_dismissed_first_once_for_each_person(Stores stores) {
        try (Database database = stores.openBare(folder)) {
            Dismissals dismissals = over(database);
            assertThat(dismissals.dismissFirst("per_ann", "form-1", EVENING)).isTrue();
            assertThat(dismissals.dismissFirst("per_ann", "form-1", EVENING)).isFalse();
            assertThat(dismissals.dismissFirst("per_ann", "form-2", EVENING)).isTrue();
            assertThat(dismissals.dismissFirst("per_ben", "form-1", EVENING)).isTrue();
            assertThat(dismissals.dismissFirst("per_erased", "form-1", EVENING)).isFalse();
        }
    }

    private static long rows(Database database, String personId) {
        return database.read(sql -> sql.number("SELECT COUNT(*) FROM dismissed WHERE person_id = ?", personId));
    }
}
